"""The rows for secrets that only the words before them give away: `password=`, `Authorization:`, `user:…@host`."""

from __future__ import annotations

import re

from .detector import Detector

__all__ = ["NAMED", "NO_VALUE"]

# What stands where a secret could, but is none: masks, templates, variables, types, words of prose, code, paths.
_MASK = (
    rb"(?:[*x.#_?\-]|\xe2\x80[\xa2\xa6])+|<[^<>]*>|\{\{.*|\{[\w.:!]*\}|\$\{?\(?[a-z_][\w:.]*\}?\)?|%[\w()]+%?|#\{.*\}"
)
_NO_VALUE = (
    _MASK
    + rb"|none|null|nil|true|false|undefined|nan|yes|no|n/a|empty|unset|not|set|todo|changed|string\??|str|bytes|int"
    rb"|integer|bool|boolean|any|object|text|varchar|char|number|unknown|never|void|optional|required|secretstr"
    rb"|securestring|system\.[\w.]+|pscredential|incorrect|invalid|wrong|expired|accepted|updated|missing|hidden"
    rb"|redacted|masked|removed|encrypted|provided|protected|prompt|disabled|enabled|default|failed|success|policy"
    rb"|authentication|locked|field|input|stdin|vault|keyring|keychain|plaintext|bearer|basic"
    rb"|your[-_ ].*|(?:enter|please|the|must|forgot|confirm|new|change|reset|show|hide|type|choose|repeat) .*"
    rb"|(?:[a-z0-9]+[_.])*(?:password|passwd|pwd|pass|passphrase|secret|token|key)"
    rb"|(?:self|this|os|process|config|settings|env|args|opts|options|params|cfg|ctx|request|req|user|data|event|props"
    rb"|state|credentials?|creds|secrets|vars?|local|module|each|values|node|app|form|input|model|row|account|response"
    rb"|res|body|payload|github|steps|inputs|parameters)\.[\w.]+"
    rb"|(?:get|read|new|import|select|join|out|invoke|convertto|convertfrom)-[a-z]+"
    rb"|arn:.*|[a-z][a-z+]{1,15}://.*|(?:[a-z]:|~|\.{1,2})?[\\/][\w. -]+[\\/][\w.\\/ -]*"
)

# From the name to the value: ini, JSON, YAML, query strings, `name: type = `, `key="name" value=`, `<name>x</name>`.
_EQUALS = rb":=|=>|=(?!=)|[ \t]value[ \t]{0,3}=|>(?=[^<>]{1,256}</)"
_TYPED = rb":[ \t]{0,3}[a-z_.]{2,30}[ \t]{0,3}=(?=[ \t]{0,3}[\"'])"
_CLOSE = rb"(?:\\{0,3}[\"'`])?\]?[ \t]{0,40}"
_GAP = rb"[ \t]{0,8}@?"
_EITHER = _CLOSE + rb"(?:" + _EQUALS + rb"|" + _TYPED + rb"|:(?!:))" + _GAP

_IN_QUOTES = (
    rb"(?:\"((?:[^\"\\\x00-\x1f]|\\[^\n]){3,4096})|'((?:[^'\\\x00-\x1f]|\\[^\n]){3,4096})|`([^`\x00-\x1f]{3,4096})"
    rb"|(?P<quote>\\{1,3}[\"'])((?:(?!(?P=quote))[^\x00-\x1f]){3,4096}))"
)
_NO_CALL = rb"(?![a-z_][\w.]{0,80}[(\[])"
# A closing mark belongs to the value unless the value visibly ends there.
_BARE = (
    _NO_CALL + rb"((?:[^\x00-\x20\"'`<>(){}\[\],;&|\\\x7f]|\\(?![nrt\"'])"
    rb"|[,;&|)}\]](?![\s\"'`,;.:)}\]\\]|[\w.-]{1,40}[ ]?[=:]|\Z)){4,4096})"
)
_ODD = rb"(?=[a-z.-]{0,256}[^a-z.\-\s\"'`,;:)}\]?!<>|\\])"
_AT_END = rb"(?=[a-z-]{4,256}[ \t]{0,8}(?:[\r\n,}]|\Z))"
_TOKEN = (
    rb"(?:\\{0,3}[\"'`])?" + _NO_CALL + rb"(?=[a-z_+/=.~:%!@#^*$-]{0,64}[0-9])(?=[0-9_+/=.~:%!@#^*$-]{0,64}[a-z])"
    rb"([\w+/][\w+/=.~:%!@#^*$-]{7,4096}(?<![.:!]))"
)
_CREDENTIAL = _NO_CALL + rb"(?![\[${<*%])([^\s\"'`,;<>\\\x00-\x1f]{8,8192})"
_DIGIT_AHEAD = rb"(?=[^0-9\s]{0,256}[0-9])"


def _by_context(kind: str, keyword: bytes, pattern: bytes, unless: bytes = _NO_VALUE) -> Detector:
    return Detector(kind, (keyword,), pattern, any_case=True, shaped=False, unless=unless)


def _passwords() -> list[Detector]:
    rows = []
    for word, name, unless in (
        (b"pass", rb"pass(?:word|wd|phrase|code)", _NO_VALUE),
        (b"_pass", rb"_pass", _NO_VALUE + rb"|\d+"),  # `tests_pass=1024` is no secret
        (b"pwd", rb"pwd", _NO_VALUE + rb"|(?:[a-z]:)?[\\/~].*"),
    ):
        # Behind a colon a plain word may be prose, so it counts only where the line ends with it.
        before_bare = (
            _CLOSE
            + rb"(?:(?:"
            + _EQUALS
            + rb")"
            + _GAP
            + rb"|:(?!:)"
            + _GAP
            + rb"(?:"
            + _ODD
            + rb"|"
            + _AT_END
            + rb"))"
        )
        flag = word + rb"(?<=-" + word + rb")" + name[len(word) :] + rb"[ \t]{1,3}"
        rows += [
            _by_context("password", word, name + _EITHER + _IN_QUOTES, unless),
            _by_context("password", word, name + before_bare + _BARE, unless),
            _by_context("password", word, flag + rb"(?:" + _IN_QUOTES + rb"|(?!-)" + _ODD + _BARE + rb")", unless),
        ]
    return rows


_KEY_NAMES = (
    rb"key(?:(?<=api[_ -]key)|(?<=apikey)|(?<=access[_-]key)|(?<=accesskey)|(?<=private[_-]key)|(?<=privatekey)"
    rb"|(?<=signing[_-]key)|(?<=encryption[_-]key)|(?<=account[_-]key)|(?<=accountkey)|(?<=master[_-]key)"
    rb"|(?<=auth[_-]key)|(?<=session[_-]key)|(?<=shared[_-]key))"
)
_SECRET_NAMES = rb"secret(?<!\[secret)(?<!:secret)(?:[_-]?key(?:[_-]?base)?|[_-]?(?:id|value|string|token))?"
_TOKEN_NAMES = rb"token(?<!publickeytoken)(?<!pagetoken)(?<!page[_-]token)(?<!nexttoken)(?<!next[_-]token)"
_TOKEN_FLAGS = rb"token(?:(?<=[ -]-token)|(?<=-access-token)|(?<=-auth-token)|(?<=-api-token))"
_SECRET_FLAGS = rb"secret(?:(?<=[ -]-secret)|(?<=-client-secret)|(?<=-app-secret))"
_KEY_FLAGS = rb"key(?:(?<=-api-key)|(?<=-apikey)|(?<=-access-key)|(?<=-secret-key))"


def _tokens() -> list[Detector]:
    rows = []
    for kind, word, names, flags in (
        ("token", b"token", _TOKEN_NAMES, _TOKEN_FLAGS),
        ("secret", b"secret", _SECRET_NAMES, _SECRET_FLAGS),
        ("api-key", b"key", _KEY_NAMES, _KEY_FLAGS),
    ):
        rows.append(_by_context(kind, word, names + _EITHER + _TOKEN))
        rows.append(_by_context(kind, word, flags + rb"[ \t]{1,3}" + _TOKEN))
    return rows


NAMED = (
    _by_context(
        "aws-secret-key",
        b"secret",
        rb"secret[_ -]?access[_ -]?key" + _EITHER + rb"(?:\\{0,3}[\"'`])?([a-z0-9/+]{40})(?![a-z0-9/+=])",
    ),
    _by_context("azure-key", b"accountkey=", rb"accountkey=([a-z0-9+/]{40,128}={0,2})"),
    _by_context("azure-key", b"accesskey=", rb"accesskey=(?<=sharedaccesskey=)([a-z0-9+/]{40,128}={0,2})"),
    _by_context("azure-sas", b"sig=", rb"sig=(?<=[?&;\"' ]sig=)([a-z0-9+/%]{40,128}(?:=|%3d))"),
    Detector(
        "connection-string",
        (b"://",),
        rb"://(?:[^\s/?#:@\"'`<>\\\x00-\x1f]{0,128}:([^\s/?\"'`<>\x00-\x1f]{1,1024})|([0-9a-f]{32,64}))@(?!sha256:)",
        shaped=False,
        unless=_MASK,
    ),
    _by_context(
        "authorization",
        b"authorization",
        rb"authorization(?:\\{0,3}[\"'])?[ \t]{0,8}[:=][ \t]{0,8}(?:\\{0,3}[\"'])?"
        rb"(?:(?:basic|token|negotiate|apikey|key)[ \t]{1,3}(?!realm)"
        rb"|(?:bearer[ \t]{1,3}|(?!aws4|digest|hmac|oauth|signature|hawk))" + _DIGIT_AHEAD + rb")" + _CREDENTIAL,
    ),
    _by_context("authorization", b"bearer ", rb"bearer [ \t]{0,2}" + _DIGIT_AHEAD + rb"(?=\S{16})" + _CREDENTIAL),
    _by_context(
        "cookie",
        b"cookie",
        rb"cookie(?:\\{0,3}[\"'])?:[ \t]{0,8}(?:\\{0,3}[\"'])?(?:(?<=set-cookie:)|(?<=set-cookie: ))"
        rb"[^=;\s\"'\\]{1,128}=([^;\s\"'\\\x00-\x1f]{16,4096})",
    ),
    _by_context(
        "cookie",
        b"cookie",
        rb"cookie(?<!set-cookie)(?:\\{0,3}[\"'])?:[ \t]{0,8}(?:\\{0,3}[\"'])?"
        rb"([^=;\s\"'<>\\\x00-\x1f]{1,128}=[^\"'<>\\\x00-\x1f]{8,8192})",
    ),
    _by_context(
        "password",
        b"machine ",
        rb"machine [ \t]{0,8}\S{1,255}[ \t]{1,8}login[ \t]{1,8}\S{1,255}[ \t]{1,8}password[ \t]{1,8}(\S{1,256})",
    ),
    _by_context(  # .netrc over several lines
        "password",
        b"password ",
        rb"password (?:(?<![^\n]password )|(?<=\tpassword )(?<![^\n]\tpassword )|(?<=  password )(?<![^\n]  password )"
        rb"|(?<=    password )(?<![^\n]    password ))" + _ODD + rb"([^\s\[]\S{3,255})(?=[ \t\r]{0,8}(?:\n|\Z))",
    ),
    _by_context(
        "password",
        b"convertto-securestring",
        rb"convertto-securestring[ \t]{1,8}(?:-string[ \t]{1,8})?(?:\"([^\"\n]{3,256})\"|'([^'\n]{3,256})')",
    ),
    _by_context("password", b"sshpass ", rb"sshpass [ \t]{0,3}-p[ \t]{0,3}[\"']?([^\s\"'$]{3,256})"),
    _by_context(
        "password",
        b" -u ",
        rb" -u [\"']?[^\s:\"'\\/]{1,64}:(?![/.~\d:]{1,32}(?:\s|\Z))(?=[^\s\d]{0,64}\d)([^\s\"'/][^\s\"']{3,255})",
    ),
    _by_context(
        "docker-auth",
        b"auth",
        rb"auth(?:\\{0,3}\"[ \t]{0,8}:[ \t]{0,8}\\{0,3}\"|(?<=_auth)(?<![a-z0-9]_auth)[ \t]{0,3}=[ \t]{0,3}\"?)"
        rb"(?=[a-z+/]{0,64}[0-9=]|[a-z+/]{20})([a-z0-9+/]{8,4096}={0,2})(?![\w(-])",
    ),
    *_passwords(),
    *_tokens(),
)

NO_VALUE = re.compile(_NO_VALUE)
"""What stands where a secret could, but is none; meets lower case."""
