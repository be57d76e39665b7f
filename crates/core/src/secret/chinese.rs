//! Chinese words that are passwords, and what is said of passwords in Chinese: nothing stands between words, so
//! that each is told by what is in it.

use super::name::is_chinese;

/// What is in an instruction or a description, whatever else is: `至少8位`.
const INSTRUCTIONS: [&str; 27] = [
    "请",
    "联系",
    "至少",
    "最少",
    "最多",
    "以上",
    "以下",
    "以内",
    "长度",
    "字符",
    "不要",
    "不能",
    "不可",
    "不得",
    "不少于",
    "必须",
    "必須",
    "输入",
    "输错",
    "管理员",
    "参见",
    "索要",
    "包含",
    "默认值",
    "密码",
    "口令",
    "错误",
];

/// What follows a number that counts something.
const UNITS: [char; 14] = [
    '位', '个', '天', '年', '月', '日', '次', '页', '分', '小', '秒', '字', '种', '条',
];

/// What is in a text without digits that says something. What people take for a password has none of these.
const SAYING: &[&str] = &[
    "的",
    "由",
    "不",
    "无",
    "未",
    "没",
    "需",
    "须",
    "应",
    "可",
    "同",
    "或",
    "及",
    "为",
    "是",
    "见",
    "填",
    "选",
    "空",
    "用",
    "将",
    "被",
    "已",
    "保管",
    "保密",
    "保存",
    "存储",
    "修改",
    "重置",
    "更改",
    "忘记",
    "询问",
    "密钥",
    "令牌",
    "凭据",
    "登录",
    "登陆",
    "加密",
    "明文",
    "密文",
    "文本",
    "字段",
    "类型",
    "变量",
    "环境",
    "配置",
    "自动",
    "生成",
    "随机",
    "隐藏",
    "显示",
    "正确",
    "失败",
    "成功",
    "过期",
    "有效",
    "校验",
    "验证",
    "连接",
    "提供",
    "获取",
    "设置",
    "系统",
    "服务",
    "账号",
    "账户",
    "邮箱",
    "数据库",
    "文件",
    "默认",
    "设定",
    "数字",
    "字母",
    "强度",
    "规则",
    "策略",
    "手机号",
    "身份证",
    "学号",
    "工号",
    "生日",
    "哈希",
    "散列",
    "加盐",
    "后台",
    "编号",
    "号码",
    "参考",
    "说明",
    "管理",
    "入力",
    "ください",
    "文字",
    "確認",
];

/// Whether a text has Chinese letters in it and is a secret under a Chinese name: one word with digits or other
/// signs in it (`苹果树12345`), and as a password also one of a few Chinese letters alone (`苹果树`). An instruction
/// is none.
pub(super) fn is_secret(text: &str, is_password: bool) -> bool {
    /// The fewest and the most Chinese letters of a word alone.
    const LETTERS: (usize, usize) = (2, 8);
    let is_word = text.contains(is_chinese) && !text.contains(ends);
    if !is_word || is_among(text, &INSTRUCTIONS) || counts(text) {
        return false;
    }
    let is_sign = |c: char| c.is_ascii_digit() || "!@#$%^&*_+=".contains(c);
    if text.contains(is_sign) {
        return true;
    }
    let count = text.chars().count();
    is_password
        && text.chars().all(is_chinese)
        && (LETTERS.0..=LETTERS.1).contains(&count)
        && !is_among(text, SAYING)
}

/// Whether a text begins with a word that is a secret, and goes on with a sentence: `hunter22，请保密`.
pub(super) fn begins_with_secret(text: &str) -> bool {
    const SHORTEST: usize = 6;
    let word = &text[..text.find(ends).unwrap_or(text.len())];
    let has = |is: fn(&char) -> bool| word.chars().any(|letter| is(&letter));
    word.len() < text.len()
        && word.len() >= SHORTEST
        && word.is_ascii()
        && has(char::is_ascii_digit)
        && has(char::is_ascii_lowercase)
        && word != "sha256"
        && word != "base64"
}

/// Whether a number counts what follows it: `2024年`.
pub(super) fn is_count(number: &str, behind: &str) -> bool {
    number.bytes().all(|byte| byte.is_ascii_digit()) && behind.starts_with(UNITS)
}

/// Whether this is a sign at which a Chinese word ends.
pub(super) fn ends(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}')
        || matches!(c, '\u{ff3b}'..='\u{ff3f}' | '\u{ff5b}'..='\u{ff65}' | '“' | '”' | '‘' | '’' | '…')
        || matches!(
            c,
            ',' | ';' | '"' | '\'' | '`' | '|' | '<' | '>' | '{' | '}' | '(' | ')' | '[' | ']'
        )
}

/// Whether a name is that of a password.
pub(super) fn is_of_password(name: &str) -> bool {
    const PASSWORDS: [&str; 6] = ["密码", "密碼", "口令", "パスワード", "暗証番号", "비밀번호"];
    PASSWORDS.iter().any(|password| name.contains(password))
}

fn is_among(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Whether a number in a text counts something: `8位`.
fn counts(text: &str) -> bool {
    let mut signs = text.chars().zip(text.chars().skip(1));
    signs.any(|(one, next)| one.is_ascii_digit() && UNITS.contains(&next))
}
