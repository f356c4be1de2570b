/* SPDX-License-Identifier: Apache-2.0 */
#include "rule/secret_name.h"

#include "unit.h"

/* Names of the documentation of images, brokers, clients and clouds, and their neighbours that hold
 * none. */
static void tells_names(void **state)
{
	static const struct {
		const char *name;
		bool secret;
	} rows[] = {
		{ "DB_PASSWORD", true },
		{ "PGPASSWORD", true }, /* libpq */
		{ "MYTOKEN", true },
		{ "MyPassword", true },
		{ "saPassword", true },
		{ "MSSQL_SA_PASSWORD", true },
		{ "RABBITMQ_DEFAULT_PASS", true },
		{ "DB_PASS", true },
		{ "DBPASS", true },
		{ "db.password", true },
		{ "Jwt:SigningKey", false }, /* one word, and no end that only secrets have */
		{ "Jwt__Key", true },
		{ "API_KEY", true },
		{ "NUGET_APIKEY", true },
		{ "FEED_ACCESSTOKEN", true },
		{ "AWS_SECRET_ACCESS_KEY", true },
		{ "SECRET_KEY_BASE", true },
		{ "KEY_FILE_PASSWORD", true },
		{ "ConnectionString", true },
		{ "DbConnectionString", true },
		{ "ssh-passphrase", true },
		{ "PASSWORD_FILE", false },
		{ "POSTGRES_PASSWORD_FILE", false },
		{ "SECRET_PATH", false },
		{ "PasswordPath", false },
		{ "PASS_THROUGH", false },
		{ "PASSTHROUGH", false },
		{ "TOKEN_LIFETIME", false },
		{ "TOKEN_URL", false },
		{ "TOKEN_TTL", false },
		{ "PASSENGER", false },
		{ "PASSENGER_APP_ENV", false },
		{ "PASSPORT", false },
		{ "BYPASS", false },
		{ "COMPASS", false },
		{ "OLDPWD", false },
		{ "PUBLIC_KEY", false },
		{ "AWS_ACCESS_KEY_ID", false },
		{ "SECRET_NAME", false },
		{ "PASSWORD_POLICY", false },
		{ "KEYBOARD", false },
		{ "MONKEY", false },
		{ "TOKENIZER", false },
		{ "SECRETARY", false },
		{ "", false },
		{ "_", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (secret_name_is(bytes_str(rows[i].name)) != rows[i].secret)
			fail_msg("'%s'", rows[i].name);
}

static void tells_values(void **state)
{
	static const struct {
		const char *text;
		bool password, login;
	} rows[] = {
		/* SqlConnection.ConnectionString: names in any case, blanks around "=" do not count */
		{ "Server=db;User Id=sa;Password=Hunter2", true, false },
		{ "server=db;uid=sa;pwd=hunter2", true, false },
		{ "Server=db; password = hunter2", true, false },
		{ "Server=db;Password=\"hun;ter\"", true, false },
		{ "AccountName=a;AccountKey=Zm9v", true, false },
		{ "Endpoint=sb://x/;SharedAccessKeyName=a;SharedAccessKey=Zm9v", true, false },
		{ "--user=a --password=hunter2", true, false },
		{ "postgres://a:b@db:5432/x", false, true },
		{ "redis://:b@cache", false, true },
		{ "see http://a/ and amqp://a:b@mq", false, true },
		{ "Server=db;Integrated Security=true", false, false },
		{ "Server=db;Password=", false, false },
		{ "Server=db;Password=;User=a", false, false },
		{ "Server=db;Password=\"\"", false, false },
		{ "Password=${DB_PASSWORD}", false, false },
		{ "Password=$(DB_PASSWORD)", false, false },
		{ "Password={0}", false, false },
		{ "Password=<your password>", false, false },
		{ "Endpoint=sb://x/;SharedAccessKeyName=a", false, false },
		{ "password_file=/run/secrets/x", false, false },
		{ "if password == given", false, false },
		{ "password", false, false },
		{ "postgres://a@db/x", false, false },
		{ "postgres://a:$PASS@db/x", false, false },
		{ "postgres://a:@db/x", false, false },
		{ "http://db:5432/a:b@c", false, false },
		{ "http://db:5432 mail a@b", false, false },
		{ "://", false, false },
		{ "", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bytes text = bytes_str(rows[i].text);

		if (secret_name_password(text) != rows[i].password ||
		    (secret_name_login(text) < text.n) != rows[i].login ||
		    secret_name_in(text) != (rows[i].password || rows[i].login))
			fail_msg("'%s'", rows[i].text);
	}
	assert_int_equal(secret_name_login(BYTES("go to a://b:c@d")), strlen("go to a"));
}

static void tells_what_is_none(void **state)
{
	static const struct {
		const char *value;
		bool harmless;
	} rows[] = {
		{ "true", true },
		{ "No", true },
		{ "/run/secrets/db", true },
		{ "/etc/key.pem", true },
		{ "/certs", true },
		{ "truest", false },
		{ "", false },
		{ "/", false },
		{ "/9j+Zm9vYmFy", false },
		{ "/aB3/x", false },
		{ "hunter2", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (secret_name_is_harmless(bytes_str(rows[i].value)) != rows[i].harmless)
			fail_msg("'%s'", rows[i].value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_names),
		cmocka_unit_test(tells_values),
		cmocka_unit_test(tells_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
