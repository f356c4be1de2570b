/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/rules.h"

/* A token that a prefix gives away: nothing of a word before it, nothing of a word behind it. */
#define BEGIN "(?<![A-Za-z0-9])"
#define END "(?![A-Za-z0-9_-])"
#define TOKEN_LEVEL(name, what, level, literal, shape) \
	{ .id = name, .title = what, .severity = level, .entropy = 25, .literals = { literal }, \
	  .expression = BEGIN "(?<s>" shape ")" END },
#define TOKEN(name, what, literal, shape) TOKEN_LEVEL(name, what, SEVERITY_HIGH, literal, shape)
#define CRITICAL(name, what, literal, shape) \
	TOKEN_LEVEL(name, what, SEVERITY_CRITICAL, literal, shape)
#define GITHUB(name, what, prefix) \
	{ .id = name, .title = what, .severity = SEVERITY_CRITICAL, .check = SECRET_CHECK_CRC, \
	  .entropy = 30, .literals = { prefix }, \
	  .expression = BEGIN "(?<s>" prefix "[0-9A-Za-z]{36})" END },

/* Between a name and its value: quotes, an equals sign, a colon, an arrow, XML's value=, and what
 * JSON in JSON does to quotes. */
#define GETS "(?:\\\\?[\"'\\]]){0,2}(?:[ \\t]{0,8}(?:=>|:=|[:=])[ \\t]{0,8}|" \
             "[ \\t]{1,8}value[ \\t]*=[ \\t]*)\\\\?[\"'`]?"
/* What no value of a setting holds unquoted, and what must follow one. */
#define VALUE "[^\\x00-\\x20\"'`<>;,(){}\\[\\]\\\\&$*\\x7f-\\xff]"
#define STOP "(?=[\\x00-\\x20\"'`<>;,)}\\]\\\\&]|$)"
#define PFX_KEY(kind) \
	"(?s)\\x06\\x0b\\x2a\\x86H\\x86\\xf7\\x0d\\x01\\x0c\\x0a\\x01\\x0" kind \
	"\\xa0(?:\\x81.|\\x82..)(?<s>0(?:\\x81.|\\x82..).{64,8000})"
#define SUFFIX "(?:[_.-]?(?:access|api|auth|signing))?(?:[_.-]?(?:key|value|base64))?[0-9]?"

const struct secret_rule secret_rules[] = {
	/* -- keys ------------------------------------------------------------------------------- */
	{ .id = "private-key", .title = "private key", .severity = SEVERITY_CRITICAL,
	  .check = SECRET_CHECK_KEY, .back = 48,
	  .literals = { "PRIVATE KEY-----", "PRIVATE KEY BLOCK-----" },
	  .expression = "(?<s>-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
	                "(?:[A-Za-z0-9,:. \\r\\n\\\\]{1,80}-(?!-)){0,6}"
	                "[A-Za-z0-9+/=,:. \\t\\r\\n\\\\]{64,7900}+"
	                "-----END (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----)" },
	CRITICAL("age-secret-key", "age secret key", "AGE-SECRET-KEY-1",
	         "AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}")
	{ .id = "putty-key", .title = "PuTTY private key", .severity = SEVERITY_CRITICAL,
	  .literals = { "PuTTY-User-Key-File-" },
	  .expression = "PuTTY-User-Key-File-[123][^\\x00]{20,4000}?Private-Lines: [0-9]+\\r?\\n"
	                "(?<s>(?:[A-Za-z0-9+/=]{1,64}\\r?\\n)+)" },
	/* PKCS #12 (RFC 7292 §4.2): bags with a key, as it is or under a password. */
	{ .id = "pfx-open-key", .title = "unprotected private key in a PFX file",
	  .severity = SEVERITY_CRITICAL, .check = SECRET_CHECK_DER, .back = 2,
	  .literals = { "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01" }, .expression = PFX_KEY("1") },
	{ .id = "pfx-key", .title = "private key in a PFX file", .severity = SEVERITY_HIGH,
	  .check = SECRET_CHECK_DER, .back = 2,
	  .literals = { "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02" }, .expression = PFX_KEY("2") },

	/* In DER: RSAPrivateKey (RFC 8017 A.1.2) of 2048, 3072 and 4096 bits, ECPrivateKey (RFC 5915)
	 * on P-256 and P-384, alone or in PKCS #8; Ed25519 (RFC 8410 §7). */
	{ .id = "der-private-key", .title = "private key in DER", .severity = SEVERITY_CRITICAL,
	  .check = SECRET_CHECK_DER, .back = 12,
	  .literals = { "\x02\x82\x01\x01", "\x02\x82\x01\x81", "\x02\x82\x02\x01",
	                "\x02\x01\x01\x04\x20", "\x02\x01\x01\x04\x30",
	                "\x2b\x65\x70\x04\x22\x04\x20" },
	  .expression = "(?s)(?<s>0(?:\\x82..\\x02\\x01\\x00\\x02\\x82"
	                "(?:\\x01[\\x01\\x81]|\\x02\\x01)\\x00[\\x80-\\xff].{1000,8000}|"
	                "(?:[\\x60-\\x7f]|\\x81.)\\x02\\x01\\x01\\x04(?:\\x20.{32}|\\x30.{48})"
	                "[\\xa0\\xa1].{60,240}|"
	                "\\x2e\\x02\\x01\\x000\\x05\\x06\\x03\\x2bep\\x04\\x22\\x04\\x20.{32}))" },

	/* -- clouds ----------------------------------------------------------------------------- */
	{ .id = "aws-access-key-id", .title = "AWS access key id", .severity = SEVERITY_HIGH,
	  .entropy = 27, .literals = { "AKIA", "ASIA", "ABIA", "ACCA" },
	  .expression = "(?<![A-Za-z0-9+/])(?<s>A(?:KI|SI|BI|CC)A[A-Z2-7]{16})(?![A-Za-z0-9+/=])" },
	{ .id = "aws-secret-access-key", .title = "AWS secret access key",
	  .severity = SEVERITY_CRITICAL, .nocase = true, .entropy = 40,
	  .literals = { "aws_secret", "aws-secret", "awsSecret", "SecretAccessKey" },
	  .expression = "(?i:aws[_-]?secret(?:[_-]?access)?[_-]?key|SecretAccessKey)" GETS
	                "(?<s>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])" },
	TOKEN("aws-bedrock-key", "Amazon Bedrock key", "ABSK", "ABSK[A-Za-z0-9+/]{109,269}={0,2}")
	{ .id = "aws-bedrock-short-key", .title = "Amazon Bedrock short-lived key",
	  .severity = SEVERITY_MEDIUM, .literals = { "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t" },
	  .expression = "(?<s>bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=_-]{16,})" },
	{ .id = "azure-storage-key", .title = "Azure storage account key",
	  .severity = SEVERITY_CRITICAL, .check = SECRET_CHECK_AZURE_KEY, .nocase = true,
	  .entropy = 40, .literals = { "AccountKey" },
	  .expression = "(?i:AccountKey)" GETS "(?<s>[A-Za-z0-9+/]{43,86}={1,2})" },
	{ .id = "azure-shared-access-key", .title = "key of an Azure service's connection string",
	  .severity = SEVERITY_HIGH, .nocase = true, .entropy = 40,
	  .literals = { "SharedAccessKey=", "SharedSecret=" },
	  .expression = "(?i:SharedAccessKey|SharedSecret)=(?<s>[A-Za-z0-9+/]{40,86}={0,2})" },
	{ .id = "azure-appconfig", .title = "Azure App Configuration connection string",
	  .severity = SEVERITY_HIGH, .nocase = true, .entropy = 40, .literals = { ".azconfig.io" },
	  .expression = "(?i:\\.azconfig\\.io;Id=)[^;\\s]{1,64};(?i:Secret)=(?<s>[A-Za-z0-9+/]{4"
	                "0,120}={0,2})" },
	{ .id = "azure-sas", .title = "Azure shared access signature", .severity = SEVERITY_HIGH,
	  .entropy = 35, .literals = { "sig=" }, .back = 200,
	  .expression = "(?<![A-Za-z0-9])(?:sv|sr|st|se|skoid|sp|ss)=[^\\s\"'<>]{1,190}&(?:amp;)?sig="
	                "(?<s>[A-Za-z0-9+/%_-]{43,64}(?:%3[dD]|=){0,2})" },
	{ .id = "azure-ad-secret", .title = "Microsoft Entra client secret",
	  .severity = SEVERITY_CRITICAL, .entropy = 35, .back = 4,
	  .literals = { "7Q~", "8Q~" },
	  .expression = "(?<![A-Za-z0-9_~.-])(?<s>[A-Za-z0-9_~.]{3}[78]Q~[A-Za-z0-9_~.-]{31,34})"
	                "(?![A-Za-z0-9_~.-])" },
	{ .id = "azure-service-key", .title = "key of an Azure service", .severity = SEVERITY_CRITICAL,
	  .entropy = 40, .back = 52, .literals = { "JQQJ99" },
	  .expression = BEGIN "(?<s>[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26})" END },
	{ .id = "azure-devops-token", .title = "Azure DevOps token", .severity = SEVERITY_CRITICAL,
	  .entropy = 40, .back = 76, .literals = { "AZDO" },
	  .expression = BEGIN "(?<s>[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4})" END },
	TOKEN("google-api-key", "Google API key", "AIza", "AIza[A-Za-z0-9_-]{35}")
	TOKEN("google-oauth-secret", "Google OAuth client secret", "GOCSPX-",
	      "GOCSPX-[A-Za-z0-9_-]{28}")
	TOKEN("google-oauth-token", "Google OAuth token", "ya29.", "ya29\\.[A-Za-z0-9_-]{60,300}")
	TOKEN("alibaba-key-id", "Alibaba Cloud key id", "LTAI", "LTAI[A-Za-z0-9]{20}")
	{ .id = "digitalocean-token", .title = "DigitalOcean token", .severity = SEVERITY_CRITICAL,
	  .entropy = 30, .literals = { "dop_v1_", "doo_v1_", "dor_v1_" },
	  .expression = BEGIN "(?<s>do[por]_v1_[a-f0-9]{64})" END },
	TOKEN("yandex-api-key", "Yandex Cloud API key", "AQVN", "AQVN[A-Za-z0-9_-]{35,38}")
	TOKEN("flyio-token", "Fly.io token", "fo1_", "fo1_[A-Za-z0-9_-]{43}")
	{ .id = "flyio-macaroon", .title = "Fly.io token", .severity = SEVERITY_HIGH, .entropy = 35,
	  .literals = { "fm1r_", "fm1a_", "fm2_" },
	  .expression = BEGIN "(?<s>fm(?:1[ar]|2)_[A-Za-z0-9+/]{100,}={0,3})(?![A-Za-z0-9+/_-])" },
	TOKEN("heroku-key", "Heroku key", "HRKU-AA", "HRKU-AA[A-Za-z0-9_-]{58}")
	TOKEN("scalingo-token", "Scalingo token", "tk-us-", "tk-us-[A-Za-z0-9_-]{48}")
	TOKEN("pulumi-token", "Pulumi token", "pul-", "pul-[a-f0-9]{40}")
	TOKEN("databricks-token", "Databricks token", "dapi", "dapi[a-f0-9]{32}(?:-\\d)?")
	TOKEN("planetscale-token", "PlanetScale token", "pscale_",
	      "pscale_(?:tkn|oauth|pw)_[A-Za-z0-9=._-]{32,64}")
	TOKEN("clickhouse-key", "ClickHouse Cloud key", "4b1d", "4b1d[A-Za-z0-9]{38}")
	TOKEN("prefect-key", "Prefect key", "pnu_", "pnu_[A-Za-z0-9]{36}")
	TOKEN("infracost-key", "Infracost key", "ico-", "ico-[A-Za-z0-9]{32}")
	TOKEN("doppler-token", "Doppler token", "dp.pt.", "dp\\.pt\\.[A-Za-z0-9]{43}")
	TOKEN("dynatrace-token", "Dynatrace token", "dt0c01.",
	      "dt0c01\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}")
	{ .id = "terraform-token", .title = "Terraform Cloud token", .severity = SEVERITY_HIGH,
	  .entropy = 35, .back = 14, .nocase = true, .literals = { ".atlasv1." },
	  .expression = BEGIN "(?<s>[A-Za-z0-9]{14}\\.(?i:atlasv1)\\.[A-Za-z0-9=_-]{60,70})" END },
	TOKEN("vault-service-token", "HashiCorp Vault token", "hvs.", "hvs\\.[A-Za-z0-9_-]{24,120}")
	TOKEN("vault-batch-token", "HashiCorp Vault token", "hvb.", "hvb\\.[A-Za-z0-9_-]{100,300}")
	TOKEN("1password-token", "1Password service account token", "ops_eyJ",
	      "ops_eyJ[A-Za-z0-9+/]{250,}={0,3}")
	{ .id = "harness-token", .title = "Harness token", .severity = SEVERITY_HIGH, .entropy = 35,
	  .literals = { "pat.", "sat." },
	  .expression = BEGIN "(?<s>[ps]at\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{20})"
	                END },
	TOKEN("openshift-token", "OpenShift token", "sha256~", "sha256~[A-Za-z0-9_-]{43}")

	/* -- code ------------------------------------------------------------------------------- */
	GITHUB("github-pat", "GitHub personal token", "ghp_")
	GITHUB("github-oauth", "GitHub OAuth token", "gho_")
	GITHUB("github-user", "GitHub application token", "ghu_")
	GITHUB("github-server", "GitHub application token", "ghs_")
	CRITICAL("github-refresh", "GitHub refresh token", "ghr_", "ghr_[0-9A-Za-z]{36,76}")
	CRITICAL("github-fine-grained", "GitHub personal token", "github_pat_",
	      "github_pat_[0-9A-Za-z_]{82}")
	{ .id = "npm-token", .title = "npm token", .severity = SEVERITY_CRITICAL,
	  .check = SECRET_CHECK_CRC, .entropy = 30, .literals = { "npm_" },
	  .expression = BEGIN "(?<s>npm_[0-9A-Za-z]{36})" END },
	CRITICAL("pypi-token", "PyPI token", "pypi-AgEIcHlwaS5vcmc",
	      "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1000}")
	CRITICAL("nuget-key", "nuget.org key", "oy2", "oy2[a-z0-9]{43}")
	CRITICAL("rubygems-key", "RubyGems key", "rubygems_", "rubygems_[a-f0-9]{48}")
	TOKEN("clojars-token", "Clojars token", "CLOJARS_", "CLOJARS_[A-Za-z0-9]{60}")
	CRITICAL("gitlab-pat-routable", "GitLab personal token", "glpat-",
	         "glpat-[0-9A-Za-z_-]{27,300}\\.[0-9a-z]{2}[0-9a-z]{7}")
	CRITICAL("gitlab-pat", "GitLab personal token", "glpat-", "glpat-[0-9A-Za-z_-]{20}")
	TOKEN("gitlab-runner-routable", "GitLab runner token", "glrt-t",
	      "glrt-t\\d_[0-9A-Za-z_-]{27,300}\\.[0-9a-z]{2}[0-9a-z]{7}")
	{ .id = "gitlab-token", .title = "GitLab token", .severity = SEVERITY_HIGH, .entropy = 28,
	  .literals = { "glrt-", "gldt-", "glft-", "glsoat-", "glcbt-", "glffct-" },
	  .expression = BEGIN
	                "(?<s>gl(?:rt|dt|ft|soat|cbt|ffct)-(?:[0-9a-zA-Z]{1,5}_)?[0-9A-Za-z_-]{20})"
	                END },
	TOKEN("gitlab-mail-token", "GitLab incoming mail token", "glimt-", "glimt-[0-9A-Za-z_-]{25}")
	TOKEN("gitlab-agent-token", "GitLab agent token", "glagent-", "glagent-[0-9A-Za-z_-]{50}")
	TOKEN("gitlab-oauth-secret", "GitLab OAuth secret", "gloas-", "gloas-[0-9A-Za-z_-]{64}")
	TOKEN("gitlab-trigger", "GitLab trigger token", "glptt-", "glptt-[0-9a-f]{40}")
	TOKEN("gitlab-runner-registration", "GitLab registration token", "GR1348941",
	      "GR1348941[0-9A-Za-z_-]{20}")
	TOKEN("sourcegraph-token", "Sourcegraph token", "sgp_",
	      "sgp_(?:[A-Fa-f0-9]{16}_|local_)?[A-Fa-f0-9]{40}")
	TOKEN("artifactory-key", "Artifactory key", "AKCp", "AKCp[A-Za-z0-9]{69}")
	TOKEN("artifactory-reference", "Artifactory token", "cmVmd", "cmVmd[A-Za-z0-9]{59}")
	TOKEN("docker-pat", "Docker Hub token", "dckr_", "dckr_[po]at_[A-Za-z0-9_-]{27,32}")
	TOKEN("postman-key", "Postman key", "PMAK-", "PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}")
	TOKEN("linear-key", "Linear key", "lin_api_", "lin_api_[A-Za-z0-9]{40}")
	TOKEN("notion-token", "Notion token", "ntn_", "ntn_[0-9]{11}[A-Za-z0-9]{35}")
	TOKEN("readme-token", "ReadMe token", "rdme_", "rdme_[a-z0-9]{70}")
	TOKEN("atlassian-token", "Atlassian token", "ATATT3", "ATATT3[A-Za-z0-9_=-]{186}")
	{ .id = "telegram-bot", .title = "Telegram bot token", .severity = SEVERITY_HIGH,
	  .entropy = 35, .back = 12, .literals = { ":AA" },
	  .expression = "(?<![A-Za-z0-9:])(?<s>[0-9]{8,10}:AA[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])" },

	/* -- messages, money, machines that talk ------------------------------------------------ */
	TOKEN("slack-bot", "Slack bot token", "xoxb-", "xoxb-[0-9]{10,13}-[0-9]{10,13}[A-Za-z0-9-]*")
	TOKEN("slack-user", "Slack user token", "xoxp-",
	      "xoxp(?:-[0-9]{10,13}){3}-[A-Za-z0-9-]{28,34}")
	TOKEN("slack-config", "Slack configuration token", "xoxe",
	      "xoxe(?:.xox[bp])?-\\d-[A-Za-z0-9]{140,170}")
	{ .id = "slack-workspace", .title = "Slack workspace token", .severity = SEVERITY_HIGH,
	  .entropy = 28, .literals = { "xoxa-", "xoxr-" },
	  .expression = BEGIN "(?<s>xox[ar]-(?:\\d-)?[0-9A-Za-z]{8,48})" END },
	TOKEN("slack-app", "Slack app token", "xapp-", "xapp-\\d-[A-Z0-9]+-\\d+-[a-z0-9]{32,}")
	{ .id = "slack-webhook", .title = "Slack webhook", .severity = SEVERITY_HIGH,
	  .literals = { "hooks.slack.com" }, .back = 8, .entropy = 30,
	  .expression = "(?<s>(?:https?://)?hooks\\.slack\\.com/(?:services|workflows|triggers)/"
	                "[A-Za-z0-9+/]{43,56})" },
	{ .id = "discord-webhook", .title = "Discord webhook", .severity = SEVERITY_HIGH,
	  .literals = { "/api/webhooks/" }, .back = 40, .entropy = 30,
	  .expression = "(?<s>https://(?:\\w+\\.)?discord(?:app)?\\.com/api/webhooks/[0-9]{17,20"
	                "}/[A-Za-z0-9_-]{60,72})" },
	{ .id = "teams-webhook", .title = "Microsoft Teams webhook", .severity = SEVERITY_HIGH,
	  .literals = { ".webhook.office.com" }, .back = 40,
	  .expression = "(?<s>https://[a-z0-9]+\\.webhook\\.office\\.com/webhookb2/[a-z0-9@-]{70"
	                ",80}/IncomingWebhook/[a-z0-9]{32}/[a-z0-9-]{36})" },
	{ .id = "stripe", .title = "Stripe key", .severity = SEVERITY_CRITICAL, .entropy = 25,
	  .literals = { "sk_live_", "rk_live_", "sk_prod_", "rk_prod_", "sk_test_", "rk_test_" },
	  .expression = BEGIN "(?<s>[sr]k_(?:live|prod|test)_[A-Za-z0-9]{10,99})" END },
	TOKEN("square-token", "Square token", "EAAA", "EAAA[A-Za-z0-9_-]{60}")
	TOKEN("facebook-token", "Facebook page token", "EAA", "EAA[MC][A-Za-z0-9]{100,}")
	{ .id = "shopify-token", .title = "Shopify token", .severity = SEVERITY_HIGH, .entropy = 28,
	  .literals = { "shpat_", "shpca_", "shppa_", "shpss_" },
	  .expression = BEGIN "(?<s>shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32})" END },
	TOKEN("shippo-token", "Shippo token", "shippo_", "shippo_(?:live|test)_[A-Fa-f0-9]{40}")
	{ .id = "easypost", .title = "EasyPost token", .severity = SEVERITY_HIGH, .entropy = 30,
	  .literals = { "EZAK", "EZTK" }, .expression = BEGIN "(?<s>EZ[AT]K[A-Za-z0-9]{54})" END },
	TOKEN("duffel-token", "Duffel token", "duffel_", "duffel_(?:test|live)_[A-Za-z0-9_=-]{43}")
	{ .id = "flutterwave-key", .title = "Flutterwave key", .severity = SEVERITY_MEDIUM,
	  .entropy = 25, .literals = { "FLWSECK_TEST-", "FLWPUBK_TEST-" },
	  .expression = BEGIN "(?<s>FLW(?:SEC|PUB)K_TEST-(?:[a-h0-9]{32}-X|[a-h0-9]{12}))" END },
	TOKEN("frameio-token", "Frame.io token", "fio-u-", "fio-u-[A-Za-z0-9_=-]{64}")
	TOKEN("sendgrid-key", "SendGrid key", "SG.", "SG\\.[A-Za-z0-9_=-]{22}\\.[A-Za-z0-9_=-]{43}")
	TOKEN("sendgrid-key-long", "SendGrid key", "SG.", "SG\\.[A-Za-z0-9_=.-]{66}")
	TOKEN("sendinblue-key", "Brevo key", "xkeysib-", "xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}")

	/* -- machines that learn ---------------------------------------------------------------- */
	TOKEN("anthropic-key", "Anthropic key", "sk-ant-",
	      "sk-ant-(?:api03|admin01)-[A-Za-z0-9_-]{93}AA")
	{ .id = "openai-key", .title = "OpenAI key", .severity = SEVERITY_HIGH, .back = 90,
	  .entropy = 35, .literals = { "T3BlbkFJ" },
	  .expression = BEGIN
	                "(?<s>sk-(?:(?:proj|svcacct|admin)-)?[A-Za-z0-9_-]{20,80}T3BlbkFJ[A-Za-z0-9"
	                "_-]{20,80})" END },
	TOKEN("huggingface-token", "Hugging Face token", "hf_", "hf_[A-Za-z]{34}")
	TOKEN("huggingface-org", "Hugging Face token", "api_org_", "api_org_[A-Za-z]{34}")
	TOKEN("perplexity-key", "Perplexity key", "pplx-", "pplx-[A-Za-z0-9]{48}")

	/* -- watching --------------------------------------------------------------------------- */
	TOKEN("grafana-service-account", "Grafana token", "glsa_",
	      "glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}")
	{ .id = "grafana-cloud", .title = "Grafana Cloud token", .severity = SEVERITY_HIGH,
	  .entropy = 35, .literals = { "glc_" },
	  .expression = BEGIN "(?<s>glc_[A-Za-z0-9+/]{32,400}={0,3})(?![A-Za-z0-9+/_=-])" },
	TOKEN("newrelic-key", "New Relic key", "NRAK-", "NRAK-[A-Za-z0-9]{27}")
	TOKEN("newrelic-insert-key", "New Relic key", "NRII-", "NRII-[A-Za-z0-9-]{32}")
	TOKEN("sentry-user-token", "Sentry token", "sntryu_", "sntryu_[a-f0-9]{64}")
	{ .id = "sentry-org-token", .title = "Sentry token", .severity = SEVERITY_HIGH, .entropy = 35,
	  .literals = { "sntrys_eyJ" },
	  .expression = BEGIN
	                "(?<s>sntrys_eyJ[A-Za-z0-9+/]{20,400}={0,2}_[A-Za-z0-9+/]{43})(?![A-Za-z"
	                "0-9+/])" },
	TOKEN("defined-networking-token", "Defined Networking token", "dnkey-",
	      "dnkey-[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}")
	TOKEN("tailscale-key", "Tailscale key", "tskey-", "tskey-[a-z]+-[A-Za-z0-9-]{20,64}")
	{ .id = "authress-key", .title = "Authress key", .severity = SEVERITY_HIGH, .entropy = 30,
	  .literals = { "authress_", "scauth_", "sc_", "ext_" },
	  .expression = BEGIN "(?<s>(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\\."
	                "[A-Za-z0-9]{4,6}\\.(?i:acc)"
	                "[_-][A-Za-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120})" END },
	{ .id = "settlemint-token", .title = "SettleMint token", .severity = SEVERITY_HIGH,
	  .entropy = 25, .literals = { "sm_aat_", "sm_pat_", "sm_sat_" },
	  .expression = BEGIN "(?<s>sm_(?:aat|pat|sat)_[A-Za-z0-9]{16})" END },
	{ .id = "maxmind-key", .title = "MaxMind licence key", .severity = SEVERITY_MEDIUM,
	  .entropy = 35, .back = 36, .literals = { "_mmk" },
	  .expression = BEGIN "(?<s>[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)" END },
	{ .id = "intra42-secret", .title = "42 client secret", .severity = SEVERITY_HIGH,
	  .entropy = 30, .literals = { "s-s4t2ud-", "s-s4t2af-" },
	  .expression = BEGIN "(?<s>s-s4t2(?:ud|af)-[a-f0-9]{64})" END },
	{ .id = "plaid-token", .title = "Plaid token", .severity = SEVERITY_HIGH, .entropy = 30,
	  .literals = { "access-sandbox-", "access-development-", "access-production-" },
	  .expression = BEGIN
	                "(?<s>access-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4})"
	                "{3}-[0-9a-f]{12})" END },

	/* -- .NET ------------------------------------------------------------------------------- */
	{ .id = "nuget-password", .title = "password of a NuGet feed", .severity = SEVERITY_CRITICAL,
	  .check = SECRET_CHECK_GIVEN, .nocase = true, .literals = { "ClearTextPassword" },
	  .expression = "(?i:ClearTextPassword)\"\\s{1,8}value\\s*=\\s*\"(?<s>[^\"\\x00-\\x1f]{8"
	                ",512})\"" },
	{ .id = "nuget-feed-credentials", .title = "credentials of a NuGet feed",
	  .severity = SEVERITY_CRITICAL, .check = SECRET_CHECK_GIVEN,
	  .literals = { "NUGET_EXTERNAL_FEED_ENDPOINTS" },
	  .expression = "NUGET_EXTERNAL_FEED_ENDPOINTS[^\\x00]{1,600}?password\\\\?\"\\s*:\\s*"
	                "\\\\?\"(?<s>[^\"\\\\\\x00-\\x1f]{8,512})" },
	{ .id = "kestrel-certificate-password", .title = "password of Kestrel's certificate",
	  .severity = SEVERITY_HIGH, .check = SECRET_CHECK_GIVEN, .nocase = true,
	  .literals = { "Certificates__" },
	  .expression = "(?i:Certificates__\\w{1,40}__Password)" GETS
	                "(?<s>[^\\x00-\\x20\"'`]{1,512})" },
	{ .id = "machine-key", .title = "ASP.NET machine key", .severity = SEVERITY_CRITICAL,
	  .entropy = 20, .nocase = true, .literals = { "validationKey", "decryptionKey" },
	  .expression = "(?i:validationKey|decryptionKey)\\s*=\\s*\"(?<s>[0-9A-Fa-f]{32,256})[\",]" },
	{ .id = "jwt-signing-key", .title = "key that signs web tokens", .severity = SEVERITY_CRITICAL,
	  .check = SECRET_CHECK_GIVEN, .nocase = true, .entropy = 35,
	  .literals = { "\"Jwt", "JwtBearer\"", "Jwt__", "Jwt:" },
	  .expression = "(?i:\"?Jwt(?:Settings|Bearer|Config|Options)?\""
	                "\\s*:\\s*\\{[^{}\\x00]{0,400}?\"|"
	                "Jwt(?:Settings)?(?:__|:))"
	                "(?i:(?:Issuer)?(?:Signing|Security|Private|Symmetric)?(?:Key|Secret))"
	                "(?:\"\\s*:\\s*\"|\\s*[=]\\s*|\"\\s*:\\s*\")(?<s>[^\"\\s\\\\]{16,512})" },

	/* -- files that hold credentials -------------------------------------------------------- */
	{ .id = "docker-auth", .title = "registry credentials of docker", .severity = SEVERITY_CRITICAL,
	  .check = SECRET_CHECK_USER_PASS, .literals = { "\"auth\"" },
	  .expression = "\"auth\"\\s*:\\s*\"(?<s>[A-Za-z0-9+/]{8,4000}={0,2})\"" },
	{ .id = "kube-client-key", .title = "private key of a kubeconfig",
	  .severity = SEVERITY_CRITICAL, .literals = { "client-key-data" }, .entropy = 40,
	  .expression = "client-key-data\"?\\s*:\\s*\"?(?<s>[A-Za-z0-9+/]{100,7900}={0,2})" },
	{ .id = "netrc-password", .title = "password in .netrc", .severity = SEVERITY_HIGH,
	  .check = SECRET_CHECK_PASSWORD, .back = 200, .literals = { "password " },
	  .expression = "(?<![\\w.-])machine\\s+\\S{1,100}\\s+login\\s+\\S{1,100}\\s+password\\s"
	                "+(?<s>\\S{6,200})" },
	{ .id = "npmrc-auth", .title = "npm registry credentials", .severity = SEVERITY_CRITICAL,
	  .check = SECRET_CHECK_NAMED, .literals = { ":_auth" },
	  .expression = ":_auth(?:Token)?\\s*=\\s*\"?(?<s>[A-Za-z0-9+/=_.-]{16,512})" },
	{ .id = "uri-password", .title = "password in an address", .severity = SEVERITY_HIGH,
	  .check = SECRET_CHECK_PASSWORD, .literals = { "://" },
	  .expression = "://[A-Za-z0-9._%+-]{0,64}:(?<s>[^\\x00-\\x20\"'`<>@:/{}$\\\\?#()\\[\\]*"
	                "&,\\x7f-\\xff]{8,200})@[A-Za-z0-9.-]" },
	{ .id = "http-basic", .title = "HTTP credentials", .severity = SEVERITY_HIGH,
	  .check = SECRET_CHECK_USER_PASS, .nocase = true, .literals = { "authorization" },
	  .expression = "(?i:authorization)[\"']?\\s{0,4}[:=,]\\s{0,4}[\"']?(?i:basic)\\s+(?<s>["
	                "A-Za-z0-9+/]{12,512}={0,2})" },
	{ .id = "connection-string", .title = "password of a connection string",
	  .severity = SEVERITY_CRITICAL, .check = SECRET_CHECK_CONNECTION, .nocase = true,
	  .literals = { "password=", "pwd=", "password =", "pwd =" },
	  .expression = "(?:(?<=;)|(?<=; )|(?<![A-Za-z0-9_-])(?=[^;]{5,300};))"
	                "(?i:password|pwd)[ \\t]*=[ \\t]*"
	                "(?<s>[^;\"'`\\x00-\\x20<>,{}()\\\\\\x7f-\\xff]{4,256})(?=[;\"'`<\\\\\\x00-"
	                "\\x20]|$)" },
	{ .id = "redis-password", .title = "password of a Redis connection string",
	  .severity = SEVERITY_CRITICAL, .check = SECRET_CHECK_GIVEN, .back = 200, .nocase = true,
	  .entropy = 24, .literals = { ",password=" },
	  .expression = "(?i:\\.redis\\.|:63[78]\\d|ssl=|abortConnect=|user=)"
	                "[^\\s\"']{0,150}?,(?i:password)="
	                "(?<s>[^,;\"'`\\x00-\\x20<>{}()\\\\\\x7f-\\xff]{8,256})" },
	{ .id = "jwt", .title = "web token (JWT)", .severity = SEVERITY_MEDIUM,
	  .check = SECRET_CHECK_JWT, .entropy = 35, .literals = { "eyJ" },
	  .expression = BEGIN
	                "(?<s>eyJ[A-Za-z0-9_-]{14,4000}\\.eyJ?[A-Za-z0-9_-]{14,4000}\\.[A-Za-z0-"
	                "9_-]{0,1000}={0,2})(?![A-Za-z0-9_.-])" },
	TOKEN("grafana-key", "Grafana API key", "eyJrIjoi", "eyJrIjoi[A-Za-z0-9]{70,400}={0,3}")
	{ .id = "mailgun-key", .title = "Mailgun key", .severity = SEVERITY_HIGH, .entropy = 30,
	  .nocase = true, .literals = { "mailgun" },
	  .expression = "(?i:mailgun)[\\w.-]{0,20}" GETS "(?<s>key-[a-f0-9]{32})" END },
	{ .id = "curl-user", .title = "credentials on a command line of curl",
	  .severity = SEVERITY_HIGH, .check = SECRET_CHECK_PASSWORD, .literals = { "curl " },
	  .expression = "curl [^\\n\\x00|;&]{0,300}?(?:-u|--user)[ =]*[\"']?[^\\s:\"'$<{]{1,64}:"
	                "(?<s>[^\\s:\"'$<{\\[\\x00]{8,128})" },

	/* -- what a name says of its value ------------------------------------------------------ */
	{ .id = "named-password", .title = "password", .severity = SEVERITY_HIGH,
	  .check = SECRET_CHECK_PASSWORD, .nocase = true,
	  .literals = { "password", "passwd", "_pwd", "passphrase" },
	  .expression = "(?i:password|passwd|_pwd|passphrase)(?i:[_.-]?value|[_.-]?[0-9])?" GETS
	                "(?<s>" VALUE "{8,72})" STOP },
	{ .id = "element-password", .title = "password", .severity = SEVERITY_HIGH,
	  .check = SECRET_CHECK_PASSWORD, .nocase = true,
	  .literals = { "password>", "passphrase>" },
	  .expression = "(?i:password|passphrase)>\\s{0,40}(?<s>[^<>${}\\x00-\\x20\\x7f-\\xff]{6"
	                ",200})\\s{0,40}</" },
	{ .id = "password-variable", .title = "password", .severity = SEVERITY_HIGH,
	  .check = SECRET_CHECK_GIVEN, .nocase = true, .back = 64,
	  .literals = { "password=", "passwd=", "_pwd=" },
	  .expression = "\\A\\w{0,64}(?i:password|passwd|_pwd)=(?<s>[^\\x00-\\x20/$<{%;][^\\s;]{"
	                "3,255})\\s*\\z" },
	{ .id = "named-secret", .title = "token or key", .severity = SEVERITY_MEDIUM,
	  .check = SECRET_CHECK_NAMED, .nocase = true, .entropy = 27,
	  .literals = { "token", "secret", "credential" },
	  .expression = "(?<!(?i:csrf)[_-])(?<!(?i:csrf))(?<!(?i:xsrf)[_-])"
	                "(?<!(?i:xsrf))(?<!(?i:publickey))"
	                "(?i:token|secret|credential)(?i:"
	                "" SUFFIX ")" GETS "(?<s>" VALUE "{11,512})" STOP },
	{ .id = "named-key", .title = "key", .severity = SEVERITY_MEDIUM,
	  .check = SECRET_CHECK_NAMED, .nocase = true, .entropy = 27,
	  .literals = { "api_key", "api-key", "apikey", "access_key", "accesskey", "auth_key" },
	  .expression = "(?i:(?:api|auth|access)[_-]?key)(?i:[_.-]?value)?" GETS "(?<s>" VALUE
	                "{14,512})" STOP },
	{ .id = "named-private-key", .title = "key", .severity = SEVERITY_MEDIUM,
	  .check = SECRET_CHECK_NAMED, .nocase = true, .entropy = 27,
	  .literals = { "private_key", "encryption_key", "signing_key", "encryptionkey",
	                "signingkey", "license_key" },
	  .expression = "(?i:(?:private|encryption|signing|license)_?key)" GETS "(?<s>" VALUE
	                "{16,512})" STOP },
};
/* GnuTLS 3.7 and 3.8, self-tests of public-key algorithms (FIPS 140); the last three: `openssl
 * speed` of OpenSSL 3. */
const uint32_t secret_published[] = { 0x0afbc212, 0xfe201fa8, 0xebc6d523, 0xa0a01ce7, 0x0746b4b5,
	                                  0x57e54c6c, 0x0f50ee81, 0x3932fade, 0x356593fd, 0x1f30a064,
	                                  0x47dbcc8a, 0xa39a1650, 0xa0f3d40e, 0 };
const size_t secret_rules_len = sizeof(secret_rules) / sizeof(*secret_rules);
