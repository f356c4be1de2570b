{{/*
The pod's part:

    securityContext:
      {{- include "oakum.podSecurityContext" . | nindent 6 }}
*/}}
{{- define "oakum.podSecurityContext" -}}
{{- $user := (.Values.oakum | default dict).user | default @(user) -}}
runAsNonRoot: true
runAsUser: {{ $user }}
runAsGroup: {{ $user }}
fsGroup: {{ $user }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* A container's part, below its "securityContext:". */}}
{{- define "oakum.securityContext" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop:
    - ALL
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Items of "volumes:" and "volumeMounts:": the one folder that may be written. */}}
{{- define "oakum.volumes" -}}
- name: oakum-tmp
  emptyDir:
    sizeLimit: {{ (.Values.oakum | default dict).tmpSize | default "64Mi" }}
{{- end -}}

{{- define "oakum.volumeMounts" -}}
- name: oakum-tmp
  mountPath: /tmp
{{- end -}}

{{/*
Three policies: nothing is allowed; DNS is; the pods with these labels may be asked on the ports of
.Values.oakum.ports:

    {{ include "oakum.networkPolicies" (dict "root" . "name" "shop" "labels" (dict "app" "shop")) }}
*/}}
{{- define "oakum.networkPolicies" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .name }}-default-deny
spec:
  podSelector: {}
  policyTypes:
    - Ingress
    - Egress
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .name }}-allow-dns
spec:
  podSelector: {}
  policyTypes:
    - Egress
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      ports:
        - protocol: UDP
          port: 53
        - protocol: TCP
          port: 53
{{- with (.root.Values.oakum | default dict).ports }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ $.name }}-allow
spec:
  podSelector:
    matchLabels:
      {{- toYaml $.labels | nindent 6 }}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - namespaceSelector: {}
      ports:
        {{- range . }}
        - protocol: TCP
          port: {{ . }}
        {{- end }}
{{- end }}
{{- end -}}
