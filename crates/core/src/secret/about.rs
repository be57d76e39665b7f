//! Words with which a name says something of a secret, so that its value is none: `password_policy`, `max_tokens`.

use super::words::words;

/// Words behind a secret's that say what is told of it, wherever they stand.
const ABOUT: &[&str] = &[
    "type",
    "types",
    "kind",
    "description",
    "desc",
    "title",
    "label",
    "labels",
    "help",
    "hint",
    "hints",
    "note",
    "comment",
    "message",
    "messages",
    "placeholder",
    "required",
    "nullable",
    "format",
    "pattern",
    "patterns",
    "regex",
    "enum",
    "minimum",
    "maximum",
    "min",
    "max",
    "length",
    "len",
    "size",
    "count",
    "counts",
    "counter",
    "limit",
    "limits",
    "budget",
    "total",
    "used",
    "usage",
    "cost",
    "price",
    "rate",
    "window",
    "bucket",
    "days",
    "hours",
    "minutes",
    "seconds",
    "ms",
    "age",
    "ttl",
    "timeout",
    "interval",
    "expire",
    "expires",
    "expired",
    "expiry",
    "expiration",
    "lifetime",
    "duration",
    "validity",
    "valid",
    "date",
    "created",
    "updated",
    "changed",
    "rotated",
    "rotation",
    "renewal",
    "history",
    "policy",
    "rule",
    "rules",
    "requirement",
    "requirements",
    "strength",
    "complexity",
    "algorithm",
    "encoding",
    "encryption",
    "hasher",
    "charset",
    "chars",
    "characters",
    "method",
    "mode",
    "scheme",
    "strategy",
    "version",
    "enabled",
    "disabled",
    "allowed",
    "protected",
    "protection",
    "authentication",
    "grant",
    "provider",
    "providers",
    "source",
    "backend",
    "store",
    "engine",
    "vault",
    "manager",
    "service",
    "handler",
    "encoder",
    "decoder",
    "hashing",
    "generator",
    "converter",
    "resolver",
    "listener",
    "class",
    "bean",
    "factory",
    "validator",
    "callback",
    "path",
    "file",
    "filename",
    "files",
    "dir",
    "directory",
    "folder",
    "location",
    "env",
    "environment",
    "profile",
    "stdin",
    "command",
    "cmd",
    "helper",
    "variable",
    "var",
    "ref",
    "reference",
    "name",
    "names",
    "field",
    "fields",
    "column",
    "columns",
    "input",
    "inputs",
    "form",
    "page",
    "screen",
    "button",
    "link",
    "view",
    "route",
    "template",
    "prompt",
    "header",
    "param",
    "parameter",
    "prefix",
    "suffix",
    "separator",
    "status",
    "state",
    "error",
    "errors",
    "url",
    "uri",
    "endpoint",
    "port",
    "region",
    "model",
    "scope",
    "scopes",
];

/// Words that tell when or where, at the end of a name.
const WHEN: [&str; 9] = [
    "after", "before", "until", "at", "on", "in", "since", "from", "id",
];

/// What stands beside a secret or below its name, and is called by itself.
const BESIDE: [&str; 11] = [
    "target", "uid", "gid", "user", "username", "login", "account", "email", "host", "database",
    "owner",
];

/// Words with which a name asks or bounds something: `has_password`, `max_token`.
const ASKING: [&str; 15] = [
    "no", "without", "skip", "is", "has", "show", "hide", "require", "requires", "needs", "allow",
    "allows", "max", "min", "num",
];

/// Words with which a name says what is done with a secret.
const DOING: [&str; 22] = [
    "get", "fetch", "set", "refresh", "check", "validate", "verify", "generate", "create", "reset",
    "update", "rotate", "change", "delete", "revoke", "load", "read", "request", "ask", "forgot",
    "forget", "encrypt",
];

/// Words with which the name of a text begins that is shown: `label.password`.
const SHOWING: [&str; 12] = [
    "label",
    "labels",
    "message",
    "messages",
    "msg",
    "placeholder",
    "hint",
    "tooltip",
    "title",
    "caption",
    "i18n",
    "text",
];

/// The same in Chinese, where nothing stands between words: what begins with it behind a secret's name says
/// something of that.
const CHINESE_ABOUT: &[&str] = &[
    "长度", "策略", "提示", "规则", "说明", "强度", "有效", "文件", "路径", "类型", "字段", "位数",
    "过期", "最小", "最大", "最短", "最长", "要求", "格式", "校验", "验证", "错误", "算法", "管理",
    "数", "个数", "限制", "上限", "名称", "名", "输入", "标签", "重置", "修改", "找回", "必填",
    "地址", "服务", "登录",
];

/// What a name begins with that asks or does something, in Chinese.
const CHINESE_ASKING: [&str; 12] = [
    "忘记", "重置", "修改", "找回", "是否", "最大", "最小", "显示", "检查", "校验", "注意", "更改",
];

/// Whether words behind a secret's say something of it.
pub(super) fn say_of(behind: &[String]) -> bool {
    behind.iter().any(|word| says_of(word)) || is_among(behind.last(), &WHEN)
}

/// Whether a word says something of a secret.
pub(super) fn says_of(word: &str) -> bool {
    ABOUT.contains(&word) || CHINESE_ABOUT.iter().any(|about| word.starts_with(about))
}

/// Whether words before a secret's ask or bound something.
pub(super) fn ask_of(before: &[String]) -> bool {
    let is_asking = |word| is_among(word, &ASKING);
    let in_chinese = |word: &String| CHINESE_ASKING.iter().any(|asking| word.starts_with(asking));
    is_asking(before.first()) || is_asking(before.last()) || before.iter().any(in_chinese)
}

/// Whether words before a secret's say that it is shown.
pub(super) fn show_of(before: &[String]) -> bool {
    is_among(before.first(), &SHOWING)
}

/// Whether words before a password's say what is done with it.
pub(super) fn do_with(before: &[String]) -> bool {
    is_among(before.first(), &DOING) || is_among(before.last(), &DOING)
}

/// Whether a name says first what is done.
pub(super) fn is_doing(name: &str) -> bool {
    is_among(words(name).first(), &DOING)
}

/// Whether a field says something of the secret in which it stands.
pub(super) fn is_about(name: &str) -> bool {
    let words = words(name);
    let last = words.last();
    let is_bounding = words.len() > 1 && is_among(words.first(), &ASKING);
    is_bounding
        || is_among(last, &BESIDE)
        || is_among(last, &WHEN)
        || last.is_some_and(|word| says_of(word))
}

fn is_among(word: Option<&String>, words: &[&str]) -> bool {
    word.is_some_and(|word| words.contains(&word.as_str()))
}
