//! Definitions made by chance.

use proptest::prelude::*;

/// What chance says of one task.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    action: u8,
    depends_on: u16,
    any: bool,
    condition: u8,
    on_failure: u8,
    target: usize,
    compensate: u8,
    undo: usize,
    retry: u8,
    idempotent: bool,
    timeout: bool,
}

pub(super) fn drawn() -> impl Strategy<Value = Drawn> {
    (
        (0..8_u8, any::<u16>(), any::<bool>(), 0..8_u8, 0..6_u8),
        (
            any::<usize>(),
            0..4_u8,
            any::<usize>(),
            0..3_u8,
            any::<bool>(),
            any::<bool>(),
        ),
    )
        .prop_map(|((action, depends_on, any, condition, on_failure), more)| {
            let (target, compensate, undo, retry, idempotent, timeout) = more;
            Drawn {
                action,
                depends_on,
                any,
                condition,
                on_failure,
                target,
                compensate,
                undo,
                retry,
                idempotent,
                timeout,
            }
        })
}

/// Tasks that depend on earlier ones and name later ones.
pub(super) fn dependent(drawn: &[Drawn]) -> String {
    let count = drawn.len();
    let tasks = drawn.iter().enumerate().map(|(at, task)| {
        let mut fields = vec![format!(r#""id": "t{at}""#)];
        let later = |chance: usize| (at + 1 < count).then(|| at + 1 + chance % (count - at - 1));
        let action = match (task.action, later(task.target)) {
            (0, Some(to)) => {
                let when = format!(
                    r#"{{"when": [{{"task": "t{to}"}}, {{"task": "t{}"}}]}}"#,
                    count - 1
                );
                format!(r#""action": "branch", "params": {when}"#)
            }
            (1 | 2, _) => r#""action": "manual""#.to_owned(),
            _ => r#""action": "wait", "params": {"ms": 1}"#.to_owned(),
        };
        fields.push(action);
        // Few dependencies leave more to run side by side.
        let bits = task.depends_on & task.depends_on.rotate_left(5);
        let depends_on = (0..at).filter(|other| bits & (1 << other) != 0);
        let depends_on: Vec<_> = depends_on.map(|other| format!("\"t{other}\"")).collect();
        fields.push(format!(r#""dependsOn": [{}]"#, depends_on.join(", ")));
        if task.any {
            fields.push(r#""runAfter": "any""#.to_owned());
        }
        match task.condition {
            0 => fields.push(r#""condition": "${context.x}""#.to_owned()),
            1 => fields.push(r#""condition": false"#.to_owned()),
            _ => {}
        }
        match (task.on_failure, later(task.target / 7)) {
            (0, Some(to)) => fields.push(format!(r#""onFailure": "fallback:t{to}""#)),
            // Back to an earlier one, or round in a circle: then it is refused.
            (1, _) => fields.push(format!(
                r#""on_failure": "fallback:t{}""#,
                task.target / 7 % count
            )),
            (2, _) => fields.push(r#""onFailure": "continue""#.to_owned()),
            _ => {}
        }
        if let (0, Some(to)) = (task.compensate, later(task.undo)) {
            fields.push(format!(r#""compensate": "t{to}""#));
        }
        fields.push(format!(
            r#""retry": {}, "idempotent": {}"#,
            task.retry, task.idempotent
        ));
        if task.timeout {
            fields.push(r#""timeout": 3000"#.to_owned());
        }
        format!("{{{}}}", fields.join(", "))
    });
    format!(r#"{{"tasks": [{}]}}"#, tasks.collect::<Vec<_>>().join(", "))
}

/// Steps that lead to later ones when they succeed, and anywhere when they fail.
pub(super) fn guided(drawn: &[Drawn]) -> String {
    let count = drawn.len();
    let tasks = drawn.iter().enumerate().map(|(at, task)| {
        let reaction = match task.condition {
            0..4 => format!("fallback:t{}", task.target / 7 % count),
            4 => "continue".to_owned(),
            _ => "stop".to_owned(),
        };
        let action = match task.action {
            0..4 => String::new(),
            _ => format!(
                r#""action": "wait", "params": {{"ms": 1}}, "retry": {}, "onFailure": "{reaction}", "#,
                task.retry
            ),
        };
        let next = at + 1 + task.target % 3;
        let next = if next < count { format!("\"t{next}\"") } else { "null".to_owned() };
        let failure = match task.on_failure {
            0..3 => format!(r#", "failure": {{"task_id": "t{}"}}"#, task.undo % count),
            _ => String::new(),
        };
        let again = if task.any && task.action < 4 { format!(r#""again": {{"task_id": "t{at}"}}, "#) } else { String::new() };
        format!(
            r#"{{"id": "t{at}", {action}"idempotent": {}, "transitions": {{{again}"success": {{"task_id": {next}}}{failure}}}}}"#,
            task.idempotent
        )
    });
    format!(r#"{{"tasks": [{}]}}"#, tasks.collect::<Vec<_>>().join(", "))
}
