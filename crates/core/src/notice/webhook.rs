//! The bodies that the robots of group chats read, and a plain one for programs; what they answer.
//!
//! Each robot answers 200 to what it refuses and says so in the body.

use serde_json::{Value, json};

use super::WebhookForm;

/// 企业微信 takes 2048 bytes of text; the others more.
const LONGEST: usize = 2_000;

/// A message that is ready: its title, and the text below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// One line.
    pub title: String,
    /// One line or several.
    pub text: String,
}

/// What signs a message: the moment it is sent, and what was made of it and the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The moment, in the unit the robot wants ([`signed`]).
    pub timestamp: String,
    /// The code of it and the key, in base64.
    pub sign: String,
}

/// What a robot has signed: the key of the code and the text, in which the moment stands.
/// `now` are milliseconds. Nothing where messages are not signed.
pub fn signed(form: WebhookForm, key: &str, now: i64) -> Option<(String, String, String)> {
    match form {
        WebhookForm::Dingtalk => {
            let at = now.to_string();
            let text = format!("{at}\n{key}");
            Some((at, key.to_owned(), text))
        }
        // The text that others sign is the key here, and nothing is signed with it.
        WebhookForm::Feishu => {
            let at = (now / 1_000).to_string();
            let text = format!("{at}\n{key}");
            Some((at, text, String::new()))
        }
        WebhookForm::Wecom | WebhookForm::Json => None,
    }
}

/// The pairs that are added to the address.
pub fn query(form: WebhookForm, signature: Option<&Signature>) -> Vec<(&'static str, String)> {
    match (form, signature) {
        (WebhookForm::Dingtalk, Some(signature)) => vec![
            ("timestamp", signature.timestamp.clone()),
            ("sign", signature.sign.clone()),
        ],
        _ => Vec::new(),
    }
}

/// The body. `facts` is what a program reads: the notices themselves, as JSON.
pub fn body(
    form: WebhookForm,
    words: &Words,
    facts: &Value,
    signature: Option<&Signature>,
) -> Value {
    let text = cut(&format!("{}\n{}", words.title, words.text));
    match form {
        WebhookForm::Wecom | WebhookForm::Dingtalk => {
            json!({"msgtype": "text", "text": {"content": text}})
        }
        WebhookForm::Feishu => {
            let mut body = json!({"msg_type": "text", "content": {"text": text}});
            if let Some(signature) = signature {
                body["timestamp"] = json!(signature.timestamp);
                body["sign"] = json!(signature.sign);
            }
            body
        }
        WebhookForm::Json => {
            json!({"title": words.title, "text": words.text, "notices": facts})
        }
    }
}

/// What was made of a message that a good status answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was taken.
    Taken,
    /// The robot refused it: its number and its words.
    Refused(i64, String),
    /// Whoever answered is no robot: a page to log in at, a proxy.
    Stranger,
}

/// What was made of a message, by the body of the answer. A robot always says its number; of any other
/// program the status is all there is.
pub fn answered(form: WebhookForm, answer: &str) -> Answer {
    let known = match form {
        WebhookForm::Wecom | WebhookForm::Dingtalk => [("errcode", "errmsg")].as_slice(),
        // The second is how it says that all is well, in older places alone.
        WebhookForm::Feishu => &[("code", "msg"), ("StatusCode", "StatusMessage")],
        WebhookForm::Json => return Answer::Taken,
    };
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let said = known.iter().find_map(|(code, words)| {
        let code = answer.get(code).and_then(Value::as_i64)?;
        Some((code, answer.get(words).and_then(Value::as_str)))
    });
    match said {
        None => Answer::Stranger,
        Some((0, _)) => Answer::Taken,
        Some((code, words)) => Answer::Refused(code, words.unwrap_or_default().to_owned()),
    }
}

/// At most so many bytes, whole characters, with a mark where something is missing. The last line stays:
/// it says who tells, and robots may ask for that word.
fn cut(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let last = text.rfind('\n').map_or("", |at| &text[at..]);
    let last = if last.len() > LONGEST / 2 { "" } else { last };
    let mut end = LONGEST - '…'.len_utf8() - last.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…{last}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words {
            title: "Run failed: 夜间检查".to_owned(),
            text: "The disk is full.".to_owned(),
        }
    }

    #[test]
    fn each_robot_has_its_body() {
        let text = "Run failed: 夜间检查\nThe disk is full.";
        let facts = json!([{"kind": "failed"}]);
        let told = |form, signature| body(form, &words(), &facts, signature);
        let plain = json!({"msgtype": "text", "text": {"content": text}});
        assert_eq!(told(WebhookForm::Wecom, None), plain);
        let signature = Signature {
            timestamp: "1700000000".to_owned(),
            sign: "abc=".to_owned(),
        };
        assert_eq!(told(WebhookForm::Dingtalk, Some(&signature)), plain);
        assert_eq!(
            query(WebhookForm::Dingtalk, Some(&signature)),
            [
                ("timestamp", "1700000000".to_owned()),
                ("sign", "abc=".to_owned())
            ]
        );
        assert_eq!(
            told(WebhookForm::Feishu, Some(&signature)),
            json!({"msg_type": "text", "content": {"text": text},
                   "timestamp": "1700000000", "sign": "abc="})
        );
        assert_eq!(query(WebhookForm::Feishu, Some(&signature)), []);
        assert_eq!(
            told(WebhookForm::Json, None),
            json!({"title": "Run failed: 夜间检查", "text": "The disk is full.",
                   "notices": [{"kind": "failed"}]})
        );
    }

    #[test]
    fn what_is_signed_is_as_each_robot_wants_it() {
        let now = 1_700_000_000_123;
        let (at, key, text) = signed(WebhookForm::Dingtalk, "SECabc", now).unwrap();
        assert_eq!((at.as_str(), key.as_str()), ("1700000000123", "SECabc"));
        assert_eq!(text, "1700000000123\nSECabc");
        let (at, key, text) = signed(WebhookForm::Feishu, "abc", now).unwrap();
        assert_eq!((at.as_str(), text.as_str()), ("1700000000", ""));
        assert_eq!(key, "1700000000\nabc");
        assert_eq!(signed(WebhookForm::Wecom, "abc", now), None);
    }

    #[test]
    fn a_refusal_hides_behind_a_good_status() {
        let wecom = r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#;
        let refused = Answer::Refused(93_000, "invalid webhook url".to_owned());
        assert_eq!(answered(WebhookForm::Wecom, wecom), refused);
        let well = r#"{"errcode":0,"errmsg":"ok"}"#;
        assert_eq!(answered(WebhookForm::Dingtalk, well), Answer::Taken);
        let feishu = r#"{"code":19021,"msg":"sign match fail","data":{}}"#;
        let refused = Answer::Refused(19_021, "sign match fail".to_owned());
        assert_eq!(answered(WebhookForm::Feishu, feishu), refused);
        let both = r#"{"StatusCode":0,"StatusMessage":"success","code":0,"msg":"success"}"#;
        assert_eq!(answered(WebhookForm::Feishu, both), Answer::Taken);
        let old = r#"{"Extra":null,"StatusCode":0,"StatusMessage":"success"}"#;
        assert_eq!(answered(WebhookForm::Feishu, old), Answer::Taken);
        assert_eq!(answered(WebhookForm::Json, wecom), Answer::Taken);
    }

    #[test]
    fn a_page_is_no_robot() {
        for answer in ["<html>", "", "{}", "0", r#"{"errcode":"0"}"#] {
            for form in [
                WebhookForm::Wecom,
                WebhookForm::Dingtalk,
                WebhookForm::Feishu,
            ] {
                assert_eq!(answered(form, answer), Answer::Stranger, "{answer}");
            }
            assert_eq!(answered(WebhookForm::Json, answer), Answer::Taken);
        }
    }

    #[test]
    fn a_long_text_keeps_the_word_that_robots_ask_for() {
        let text = format!("{}\n\nFlowkeep on desk", "汉".repeat(1_000));
        let words = Words { text, ..words() };
        for form in [
            WebhookForm::Wecom,
            WebhookForm::Dingtalk,
            WebhookForm::Feishu,
        ] {
            let body = body(form, &words, &json!([]), None);
            let said = body
                .pointer("/text/content")
                .or(body.pointer("/content/text"));
            let said = said.and_then(Value::as_str).unwrap();
            assert!(
                said.len() <= LONGEST && said.ends_with("汉…\nFlowkeep on desk"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let text = "汉".repeat(1_000);
        let cut = cut(&text);
        assert!(
            cut.len() <= LONGEST && cut.ends_with("汉…"),
            "{}",
            cut.len()
        );
    }
}
