"""The table of what a secret looks like: one row per kind, data only.

The rows are ours and not detect-secrets' plugins: its last release is 1.5.0 (May 2024) and its maintainers leave
"Still alive?" unanswered; it knows neither GitHub's fine-grained tokens nor today's keys of model vendors; it returns
values without their places; and it would bring requests and PyYAML along.
"""

from __future__ import annotations

from .contexts import NAMED
from .detector import Detector

__all__ = ["BEGIN_KEY", "END_KEY", "PRIVATE_KEY", "TABLE"]

PRIVATE_KEY = "private-key"


def _alone(prefix: bytes, body: bytes, joins: bytes = b"_-") -> bytes:
    r"""`prefix` where no word runs into it (an escaped `\n` or `%3D` before it is no word), then `body`.

    `joins` are what words may hold besides letters and digits.
    """
    before = rb"(?:(?<![A-Za-z0-9%b]%b)|(?<=\\[nrt]%b)|(?<=%%[0-9A-Fa-f]{2}%b))" % (joins, prefix, prefix, prefix)
    return prefix + before + body


def _aws(prefix: bytes) -> Detector:
    """Capitals and digits only, so that it is seen in a file's name, too, which joins words by `_`."""
    return Detector("aws-access-key", (prefix,), _alone(prefix, rb"[A-Z0-9]{16}(?![A-Za-z0-9])", joins=b""))


_END = rb"(?![A-Za-z0-9_-])"

BEGIN_KEY = rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
END_KEY = rb"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"

_SHAPED = (
    Detector(
        PRIVATE_KEY,
        (b"PRIVATE KEY",),
        BEGIN_KEY + rb"(?:[^-\n]|-(?!----)){16,65536}" + END_KEY,
    ),
    Detector(  # the same in base64, as in a kubeconfig
        PRIVATE_KEY,
        (b"LS0tLS1CRUdJTi",),
        rb"LS0tLS1CRUdJTi(?:BQUklWQ|BSU0Eg|BFQyBQ|BPUEVOU1NI|BFTkNSWV|BEU0Eg)[A-Za-z0-9+/]{40,65536}={0,2}",
    ),
    Detector("age-key", (b"AGE-SECRET-KEY-1",), rb"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    _aws(b"AKIA"),
    _aws(b"ASIA"),
    Detector("google-api-key", (b"AIza",), _alone(b"AIza", rb"[A-Za-z0-9_-]{35}") + _END),
    Detector("google-oauth", (b"GOCSPX-",), rb"GOCSPX-[A-Za-z0-9_-]{20,64}"),
    Detector("google-oauth", (b"ya29.",), _alone(rb"ya29\.", rb"[A-Za-z0-9_-]{20,4096}")),
    Detector(
        "azure-client-secret",
        (b"Q~",),
        rb"[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}" + _END,
        opening=rb"[A-Za-z0-9_~.]{3}\d(?=Q~|Q?\Z)",
    ),
    Detector(
        "github-token",
        (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"),
        rb"gh[pousr]_[A-Za-z0-9]{36,255}",
    ),
    Detector("github-token", (b"github_pat_",), rb"github_pat_[A-Za-z0-9]{20}[A-Za-z0-9_]{2,235}"),
    Detector("gitlab-token", (b"glpat-",), rb"glpat-[A-Za-z0-9_.-]{20,255}"),
    Detector(
        "gitlab-token",
        (b"glrt-", b"gldt-", b"glcbt-", b"glptt-", b"glsoat-"),
        rb"gl(?:rt|dt|cbt|ptt|soat)-[A-Za-z0-9_.-]{20,255}",
    ),
    Detector("atlassian-token", (b"ATATT3", b"ATCTT3"), rb"AT[AC]TT3[A-Za-z0-9_=-]{60,512}"),
    Detector("bitbucket-token", (b"ATBB",), _alone(b"ATBB", rb"[A-Za-z0-9]{32}") + _END),
    Detector("slack-token", (b"xox",), _alone(b"xox", rb"[abceoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,512}")),
    Detector("slack-token", (b"xapp-",), _alone(b"xapp-", rb"\d-[A-Za-z0-9-]{20,512}")),
    Detector(
        "slack-webhook",
        (b"hooks.slack.com/",),
        rb"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_-]{20,512})",
    ),
    Detector("discord-webhook", (b"/api/webhooks/",), rb"/api/webhooks/\d{17,20}/([A-Za-z0-9_-]{60,128})"),
    Detector(  # what stands before the first dot is the bot's public id: base64 of 18 or 19 digits
        "discord-token",
        (b".",),
        rb"\.(?=[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27})"
        rb"(?:(?<=(?:[MNO][DTjz][AEIMQUYcgk][wxyz0-5]){6}\.)|(?<=(?:[MNO][DTjz][AEIMQUYcgk][wxyz0-5]){6}[MNO][AQgw]\.))"
        rb"([A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})" + _END,
        opening=rb"\.(?<=[A-Za-z0-9_-]{24}\.)",
    ),
    Detector("telegram-token", (b":AA",), rb":(?<=\d{8}:)(AA[A-Za-z0-9_-]{32,33})" + _END),
    Detector("anthropic-key", (b"sk-ant-",), rb"sk-ant-[A-Za-z0-9_-]{20,255}"),
    Detector(
        "openai-key",
        (b"sk-",),
        _alone(
            b"sk-",
            rb"(?:(?:proj|svcacct|admin|service|or-v1|lf)-(?=[A-Za-z_-]{0,80}[0-9])[A-Za-z0-9_-]{20,512}"
            rb"|(?=[A-Za-z]{0,80}[0-9])[A-Za-z0-9]{32,128}(?![A-Za-z0-9_-]))",
        ),
    ),
    Detector("xai-key", (b"xai-",), _alone(b"xai-", rb"[A-Za-z0-9]{60,128}")),
    Detector("perplexity-key", (b"pplx-",), _alone(b"pplx-", rb"[A-Za-z0-9]{40,64}")),
    Detector("nvidia-key", (b"nvapi-",), rb"nvapi-[A-Za-z0-9_-]{60,128}"),
    Detector("pypi-token", (b"pypi-Ag",), rb"pypi-Ag[A-Za-z0-9_-]{50,1024}"),
    Detector("sendgrid-key", (b"SG.",), _alone(rb"SG\.", rb"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}") + _END),
    Detector("twilio-key", (b"SK",), _alone(b"SK", rb"[0-9a-f]{32}") + _END),
    Detector("docker-token", (b"dckr_pat_",), rb"dckr_pat_[A-Za-z0-9_-]{24,64}"),
    Detector("vault-token", (b"hvs.", b"hvb."), rb"\bhv[sb]\.[A-Za-z0-9_-]{24,512}"),
    Detector("tailscale-key", (b"tskey-",), rb"tskey-[a-z]{3,10}-[A-Za-z0-9-]{16,128}"),
    Detector(
        "jwt",
        (b"eyJ",),
        _alone(b"eyJ", rb"[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{2,16384}(?:\.[A-Za-z0-9_-]{8,16384}){1,3}"),
    ),
)

_PREFIXED = tuple(
    Detector(kind, (prefix,), _alone(prefix, body))
    for kind, prefix, body in (
        ("huggingface-token", b"hf_", rb"[A-Za-z0-9]{34,40}" + _END),
        ("groq-key", b"gsk_", rb"[A-Za-z0-9]{40,64}" + _END),
        ("replicate-token", b"r8_", rb"[A-Za-z0-9]{37,40}" + _END),
        ("npm-token", b"npm_", rb"[A-Za-z0-9]{36}" + _END),
        ("rubygems-token", b"rubygems_", rb"[0-9a-f]{48}" + _END),
        ("stripe-key", b"sk_live_", rb"[A-Za-z0-9]{20,255}"),
        ("stripe-key", b"rk_live_", rb"[A-Za-z0-9]{20,255}"),
        ("stripe-key", b"sk_test_", rb"[A-Za-z0-9]{20,255}"),
        ("stripe-key", b"rk_test_", rb"[A-Za-z0-9]{20,255}"),
        ("stripe-key", b"whsec_", rb"[A-Za-z0-9]{24,255}"),
        ("shopify-token", b"shpat_", rb"[0-9a-fA-F]{32}" + _END),
        ("shopify-token", b"shpss_", rb"[0-9a-fA-F]{32}" + _END),
        ("digitalocean-token", b"dop_v1_", rb"[0-9a-f]{64}" + _END),
        ("digitalocean-token", b"doo_v1_", rb"[0-9a-f]{64}" + _END),
        ("grafana-token", b"glsa_", rb"[A-Za-z0-9]{32}_[0-9a-fA-F]{8}" + _END),
        ("linear-key", b"lin_api_", rb"[A-Za-z0-9]{40}" + _END),
        ("notion-token", b"ntn_", rb"[A-Za-z0-9]{40,64}" + _END),
        ("supabase-token", b"sbp_", rb"[0-9a-f]{40}" + _END),
        ("digitalocean-token", b"dor_v1_", rb"[0-9a-f]{64}" + _END),
        ("databricks-token", b"dapi", rb"[0-9a-f]{32}(?:-\d)?" + _END),
        ("figma-token", b"figd_", rb"[A-Za-z0-9_-]{40,64}" + _END),
        ("postman-key", b"PMAK-", rb"[0-9a-f]{24}-[0-9a-f]{34}" + _END),
        ("newrelic-key", b"NRAK-", rb"[A-Z0-9]{27}" + _END),
        ("square-token", b"sq0atp-", rb"[A-Za-z0-9_-]{22}" + _END),
        ("square-token", b"sq0csp-", rb"[A-Za-z0-9_-]{43}" + _END),
        ("pulumi-token", b"pul-", rb"[0-9a-f]{40}" + _END),
        ("sentry-token", b"sntryu_", rb"[0-9a-f]{64}" + _END),
        ("sentry-token", b"sntrys_", rb"[A-Za-z0-9_+/=-]{60,512}" + _END),
        ("nuget-key", b"oy2", rb"[a-z0-9]{43}" + _END),
        ("cerebras-key", b"csk-", rb"[a-z0-9]{48}" + _END),
        ("langsmith-key", b"lsv2_pt_", rb"[0-9a-f]{32}_[0-9a-f]{10}" + _END),
        ("langsmith-key", b"lsv2_sk_", rb"[0-9a-f]{32}_[0-9a-f]{10}" + _END),
    )
)

TABLE: tuple[Detector, ...] = _SHAPED + _PREFIXED + NAMED
"""Every row; where two match the same text, the earlier one gives its name."""
