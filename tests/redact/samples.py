"""Texts with and without secrets; tokens are put together at run time, so that no scanner takes this for a leak."""

from __future__ import annotations

import base64
import hashlib
import json
import string

__all__ = ["KEY_LINES", "MISSES", "SECRETS", "alnum", "digits", "hexa", "private_key", "upper"]

_MIXED = string.ascii_letters + string.digits


def _letters(seed: str, count: int, alphabet: str) -> str:
    stream = hashlib.shake_256(f"{seed}/{count}".encode()).digest(count)
    return "".join(alphabet[byte % len(alphabet)] for byte in stream)


def alnum(count: int, seed: str = "a") -> str:
    """`count` letters and digits; the last three are always `x7Q`."""
    return _letters(seed, count - 3, _MIXED) + "x7Q"


def hexa(count: int, seed: str = "h") -> str:
    """`count` hex digits, lower case, digits and letters."""
    return _letters(seed, count - 2, "0123456789abcdef") + "7c"


def digits(count: int) -> str:
    """`count` digits."""
    return _letters("d", count, string.digits)


def upper(count: int) -> str:
    """`count` upper-case letters and digits."""
    return _letters("u", count - 2, string.ascii_uppercase + "234567") + "Q7"


KEY_LINES = [_letters(str(row), 64, _MIXED + "+/") for row in range(12)] + [_letters("last", 22, _MIXED) + "=="]


def private_key(kind: str = "RSA ", end: str = "\n", lines: list[str] | None = None) -> str:
    """A private key of many lines, without the line end behind it."""
    head, tail = (f"-----{word} {kind}PRIVATE {'KEY'}-----" for word in ("BEGIN", "END"))
    return end.join([head, *(KEY_LINES if lines is None else lines), tail])


def _jwt() -> str:
    parts = (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890","name":"Jo"}')
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), alnum(43)])


def _discord() -> str:
    return base64.b64encode(digits(18).encode()).decode() + "." + alnum(6) + "." + alnum(27)


_PGP_LINES = ["Version: GnuPG v2", "", *KEY_LINES[:2], "=aB3d"]
_PGP = private_key("PGP ", lines=_PGP_LINES).replace("KEY-----", "KEY BLOCK-----")
_ENCRYPTED = private_key(lines=["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC," + upper(32), "", *KEY_LINES])
_SERVICE_ACCOUNT = json.dumps({"type": "service_account", "private_key": private_key("") + "\n", "client_id": "1"})

SECRETS: list[tuple[str, str, str]] = [
    # (kind, the text with {} for the secret, the secret)
    ("aws-access-key", "aws_access_key_id = {}", "AK" + "IA" + upper(16)),
    ("aws-access-key", "temporary {} expired", "AS" + "IA" + upper(16)),
    ("aws-access-key", "DO_rotate_{}_101501-k3f9ab.py", "AK" + "IA" + upper(16)),
    ("aws-secret-key", "aws_secret_access_key = {}", alnum(20) + "/" + alnum(19)),
    ("aws-secret-key", '"SecretAccessKey": "{}",', alnum(39) + "+"),
    ("google-api-key", "https://maps.example/api?key={}&v=3", "AI" + "za" + alnum(35)),
    ("google-oauth", 'access "{}"', "ya" + "29." + alnum(60)),
    ("google-oauth", "client {}", "GOC" + "SPX-" + alnum(28)),
    ("azure-key", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={};EndpointSuffix=x", alnum(86) + "=="),
    ("azure-key", "Endpoint=sb://a/;SharedAccessKeyName=n;SharedAccessKey={}", alnum(43) + "="),
    ("azure-sas", "https://a.blob.example/c?sv=2023-01-03&sp=r&sig={}&se=1", alnum(41) + "%2B%3D"),
    ("azure-client-secret", "got {} from the portal", "abC8" + "Q~" + alnum(34)),
    ("github-token", "remote: {} accepted", "gh" + "p_" + alnum(36)),
    ("github-token", "x={}", "gh" + "s_" + alnum(36)),
    ("github-token", "GH: {}.", "github" + "_pat_" + alnum(22) + "_" + alnum(59)),
    ("gitlab-token", "git clone https://oauth2@x/ {}", "gl" + "pat-" + alnum(20)),
    ("gitlab-token", "runner {}", "gl" + "rt-" + alnum(20)),
    ("bitbucket-token", "app {}", "AT" + "BB" + alnum(32)),
    ("atlassian-token", "jira {}", "AT" + "ATT3" + alnum(180) + "=" + upper(8)),
    ("slack-token", "bot {}", "xo" + "xb-" + digits(12) + "-" + digits(12) + "-" + alnum(24)),
    ("slack-token", "app {}", "xa" + "pp-1-" + upper(10) + "-" + digits(12) + "-" + hexa(64)),
    ("slack-webhook", "https://hooks.slack.com/services/{}", "T" + upper(8) + "/B" + upper(8) + "/" + alnum(24)),
    ("discord-webhook", "https://discord.com/api/webhooks/" + "123456789012345678/{}", alnum(68)),
    ("telegram-token", "https://api.telegram.org/bot123456789:{}/getMe", "AA" + alnum(33)),
    ("anthropic-key", "key {}", "sk-" + "ant-api03-" + alnum(93) + "AA"),
    ("openai-key", "key {}", "sk-" + "proj-" + alnum(48)),
    ("openai-key", "old {}", "sk-" + alnum(48)),
    ("openai-key", "router {}", "sk-" + "or-v1-" + hexa(64)),
    ("huggingface-token", "login --with {}", "hf" + "_" + alnum(34)),
    ("groq-key", "{}", "gs" + "k_" + alnum(52)),
    ("xai-key", "{}", "xa" + "i-" + alnum(80)),
    ("nvidia-key", "{}", "nv" + "api-" + alnum(64)),
    ("replicate-token", "{}", "r8" + "_" + alnum(37)),
    ("npm-token", "//registry.npmjs.org/ {}", "np" + "m_" + alnum(36)),
    ("token", "//registry.npmjs.org/:_authToken={}", hexa(36)),
    ("pypi-token", "twine {}", "py" + "pi-AgEIcHlwaS5vcmc" + alnum(100)),
    ("rubygems-token", "{}", "ruby" + "gems_" + hexa(48)),
    ("docker-token", "{}", "dckr" + "_pat_" + alnum(27)),
    ("docker-auth", '{{"auths":{{"ghcr.io":{{"auth": "{}"}}}}}}', base64.b64encode(b"bob:s3cret-word").decode()),
    ("stripe-key", "{}", "sk" + "_live_" + alnum(24)),
    ("stripe-key", "{}", "rk" + "_live_" + alnum(24)),
    ("sendgrid-key", "mail {}", "S" + "G." + alnum(22) + "." + alnum(43)),
    ("twilio-key", "sid {}", "S" + "K" + hexa(32)),
    ("databricks-token", "host {}", "da" + "pi" + hexa(32)),
    ("figma-token", "{}", "fi" + "gd_" + alnum(40)),
    ("postman-key", "{}", "PM" + "AK-" + hexa(24) + "-" + hexa(34)),
    ("newrelic-key", "{}", "NR" + "AK-" + upper(27)),
    ("square-token", "{}", "sq" + "0atp-" + alnum(22)),
    ("pulumi-token", "login {}", "pu" + "l-" + hexa(40)),
    ("sentry-token", "{}", "snt" + "ryu_" + hexa(64)),
    ("nuget-key", "push -k {}", "oy" + "2" + hexa(43)),
    ("cerebras-key", "{}", "cs" + "k-" + hexa(48)),
    ("langsmith-key", "{}", "lsv2" + "_pt_" + hexa(32) + "_" + hexa(10)),
    ("vault-token", "{}", "hv" + "s." + alnum(24)),
    ("age-key", "{}", "AGE-" + "SECRET-KEY-1" + upper(58)),
    ("jwt", "session {} ok", _jwt()),
    ("jwt", r"line\n{}\n", _jwt()),
    ("private-key", "before\n{}\nafter", private_key()),
    ("private-key", "before\r\n{}\r\nafter", private_key("EC ", "\r\n")),
    ("private-key", "{}", private_key("OPENSSH ")),
    ("private-key", "{}\n", _ENCRYPTED),
    ("private-key", "{}\n", _PGP),
    ("private-key", '{{"private_key": "{}\\n"}}', private_key("", "\\n")),
    ("private-key", "    {}\n", private_key("", "\n    ")),
    ("private-key", "client-key-data: {}", base64.b64encode(private_key().encode()).decode().rstrip("=")),
    ("connection-string", "postgres://app:{}@db.internal:5432/app", "pa55#wo:rd"),
    ("connection-string", "amqps://:{}@broker/", alnum(12)),
    ("connection-string", "mongodb+srv://u:{}@a.example,b.example/x?y=z", "p@" + alnum(9)),
    ("connection-string", "https://{}@git.example/x.git", hexa(40)),
    ("password", "Server=db;User Id=sa;Password={};Encrypt=true", alnum(12) + "!"),
    ("password", "password={}", "hunter2"),
    ("password", "export DB_PASSWORD='{}'", "correct horse"),
    ("password", '{{"user": "bob", "password": "{}", "n": 1}}', r"hun\"ter\\2"),
    ("password", r'{{"log": "{{\"password\": \"{}\"}}"}}', "hunter2"),
    ("password", "password: {}\nport: 1", "swordfish"),
    ("password", "  passwd: {}", "h4mster"),
    ("password", "$pwd = '{}'", "tr0ub4dor"),
    ("password", "Password          : {}", "Summer2026!"),
    ("password", "https://x.example/login?user=a&password={}&next=/", "p%40ss1"),
    ("password", "mysqldump --password {} db", "sw0rdfish"),
    ("password", "sshpass -p '{}' ssh host", "hunter2"),
    ("password", "machine api.example login bob password {}", "hunter2"),
    ("password", "machine x\n  login bob\n  password {}\n", "hunter2x"),
    ("password", "<password>{}</password>", "hunter2"),
    ("password", 'password: str = "{}"', "hunter2"),
    ("password", 'ConvertTo-SecureString "{}" -AsPlainText -Force', "hunter2"),
    ("password", "curl -u bob:{} https://x.example", "hunter2"),
    ("password", "db_pass={}", "hunter2"),
    ("secret", 'client_secret: "{}"', alnum(20)),
    ("secret", "SECRET_KEY={}", alnum(50)),
    ("token", "access_token={}&expires_in=1", alnum(30)),
    ("token", "PRIVATE-TOKEN: {}", alnum(20)),
    ("token", "gh auth --token {}", hexa(40)),
    ("api-key", "x-api-key: {}", alnum(32)),
    ("api-key", "OPENAI_API_KEY='{}'", alnum(32)),
    ("api-key", "tool --api-key {}", hexa(32)),
    ("authorization", "Authorization: Basic {}", base64.b64encode(b"bob:open sesame").decode()),
    ("authorization", "authorization: Bearer {}", alnum(40)),
    ("authorization", "curl -H 'Authorization: token {}' x", hexa(40)),
    ("authorization", '"Authorization": "Bearer {}",', alnum(40)),
    ("cookie", "Set-Cookie: sid={}; Path=/; HttpOnly", alnum(32)),
    ("cookie", "> Cookie: {}", "sid=" + alnum(32) + "; theme=dark"),
]  # fmt: skip

_IMAGE = base64.b64encode(hashlib.shake_256(b"image").digest(900)).decode()
_INTEGRITY = base64.b64encode(hashlib.sha512(b"x").digest()).decode()

MISSES: list[str] = [
    "commit " + hexa(40),
    hexa(7) + " Fix the password policy page",
    "index 83db48f..bf269f4 100644",
    "sha256:" + hexa(64),
    "123e4567-e89b-12d3-a456-426614174000",
    "id=123e4567-e89b-12d3-a456-426614174000 status=ok",
    '<img src="data:image/png;base64,' + _IMAGE + '">',
    "data:font/woff2;base64," + _IMAGE,
    f'"integrity": "sha512-{_INTEGRITY}",',
    '"resolved": "https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz",',
    f'    {{file = "x-1.0.tar.gz", hash = "sha256:{hexa(64)}"}},',
    f'content-hash = "{hexa(64)}"',
    f'checksum = "{hexa(64)}"',
    "h1:" + base64.b64encode(hashlib.sha256(b"go").digest()).decode() + "=",
    f"requests==2.32.0 --hash=sha256:{hexa(64)}",
    "ETag: W/" + hexa(32),
    "pip install sk-learn scikit-learn",
    '<div class="sk-toggleable__label-arrow sk-estimator-doc-link fitted">',
    "task-runner-with-a-very-long-name-0123456789abcdefghijklmnopq",
    "disk-" + alnum(40),
    "The password policy requires 12 characters",
    "Password: ",
    "Enter password for bob:",
    "password must be at least 12 characters",
    "Password: required",
    "password: string;",
    "password: Optional[str] = None",
    "password=None, token=None",
    '"password": null, "token": ""',
    "password=${DB_PASSWORD}",
    "password=$DB_PASSWORD",
    'password: "{{ vault.password }}"',
    "password=%s",
    "password=********",
    "password: <password>",
    '"password": "<your password here>"',
    "password = getpass.getpass()",
    'password = os.environ["DB_PASSWORD"]',
    "password=self.password",
    "password=db_password",
    "$password = Read-Host -AsSecureString",
    "Password : System.Security.SecureString",
    "PasswordRequired : True",
    "PasswordLastSet  : 21/11/2026 10:00:00",
    "--password-file /run/secrets/db",
    "password: /run/secrets/db_password",
    "docker login --password-stdin",
    "passwordless=true",
    "user.password = mgr.find_user_password",
    "aws s3api put-object --key reports/2026/doc1.rtf --next-token " + alnum(20),
    "arn:aws:secretsmanager:us-west-2:123456789012:secret:Database-a1b2c3",
    "agg_auth = ConfigAggregationAuthorization(x)",
    "authorization = base64.decodebytes(header2)",
    "tests_pass=1024 tests_fail=0",
    "Authorization: Digest username=\"bob\", nonce=\"" + hexa(32) + '"',
    "PWD=/home/me/src/app",
    "OLDPWD=/tmp",
    "$PWD = C:\\Users\\me",
    "SSH_AUTH_SOCK=/tmp/ssh-XXXX/agent.1234",
    "XDG_SESSION_ID=4",
    "COSESSION_ID=co-planning",
    "token_count: 123",
    "max_tokens=4096 completion_tokens: 812",
    "Unexpected token: '}' at line 3",
    'pad_token="<|endoftext|>"',
    "CancellationToken token = default;",
    "System.Xml, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089",
    "nextPageToken: " + alnum(20),
    "secret: my-app-credentials",
    "kubectl get secret db-creds -o yaml",
    "secretName: tls-2026-wildcard",
    "cache_key=v1-linux-" + hexa(40),
    "primary_key: user_42_order_7",
    'public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA' + alnum(43) + ' me@host"',
    "-----BEGIN CERTIFICATE-----\n" + KEY_LINES[0] + "\n-----END CERTIFICATE-----",
    f"-----BEGIN PUBLIC {'KEY'}-----\n" + KEY_LINES[0] + f"\n-----END PUBLIC {'KEY'}-----",
    f"A file that starts with -----BEGIN RSA PRIVATE {'KEY'}-----\nis a key, keep it safe",
    "https://example.org:8443/path?x=1#frag",
    "https://user@example.org/repo.git",
    "git@github.com:org/repo.git",
    "ssh://git@github.com:22/org/repo.git",
    "npm http fetch GET 200 https://registry.npmjs.org:443/@scope/name",
    "http://localhost:3000?email=a@example.org",
    "docker://alpine:3.19@sha256:" + hexa(64),
    "postgres://app:${PGPASSWORD}@db/app",
    "postgres://app:***@db/app",
    "WWW-Authenticate: Basic realm=\"x\"",
    "Authorization: Bearer <token>",
    "Authorization: Bearer $TOKEN",
    "Bearer token authentication is required",
    "Cookie: none",
    "Set-Cookie: theme=dark; Path=/",
    "docker run -u 1000:1000 alpine",
    "rsync -u host:/var/log/app2 .",
    "hf_hub_download(repo_id) and hf_transfer",
    "npm_config_user_agent npm_lifecycle_event=test",
    "ASIA-PACIFIC AKIAHABARA",
    "SG.com and SKELETON",
    "eyJhbGciOiJIUzI1NiJ9 is the header of a JWT",
    "xoxo, see you",
    "dapi-client dapistrano pul-request csk-1 oy2 NRAK-",
    "Mode  LastWriteTime  Length Name\n-a---  21/11/2026 10:00  1024 secret.txt",
    "/home/me/.config/tokens/secret-store/password.kdbx",
    "C:\\Users\\me\\AppData\\Local\\Temp\\token_12345678.log",
    "2026-11-21T10:15:03.123Z INFO auth: token expired, user=bob",
    "client_secret_expires_at: 0",
    "uses: actions/checkout@" + hexa(40),
    "token: ${{ secrets.GITHUB_TOKEN }}",
    "api_key=YOUR_API_KEY_1",
    "arn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db",
    "x = tokens[17]; key: value; secret santa 2026",
    "Traceback: KeyError: 'password'",
]  # fmt: skip
