//! Workflows as an office keeps them, in English and Chinese.

use std::fs;
use std::path::Path;

use anyhow::Result;
use flowkeep_e2e::Language;
use serde_json::{Value, json};

struct OfficeWorkflow {
    id: &'static str,
    kind: &'static str,
    name: (&'static str, &'static str),
    steps: &'static [(&'static str, &'static str)],
}

const OFFICE: [OfficeWorkflow; 8] = [
    OfficeWorkflow {
        id: "stock",
        kind: "check",
        name: ("Weekly stock count", "每周盘点"),
        steps: &[
            ("Count the shelves", "清点货架"),
            ("Enter the counts", "录入数量"),
        ],
    },
    OfficeWorkflow {
        id: "reconcile",
        kind: "report",
        name: ("End-of-day reconciliation", "日终对账"),
        steps: &[
            ("Close the tills", "收银结账"),
            ("Compare with the bank", "与银行核对"),
            ("Sign", "签字确认"),
        ],
    },
    OfficeWorkflow {
        id: "customers",
        kind: "import",
        name: ("Customer import", "客户导入"),
        steps: &[
            ("Fetch the list", "获取名单"),
            ("Find duplicates", "查找重复"),
            ("Load", "导入"),
            ("Tell sales", "通知销售"),
        ],
    },
    OfficeWorkflow {
        id: "invoices",
        kind: "finance",
        name: ("Invoice run", "开具发票"),
        steps: &[
            ("Collect the orders", "汇总订单"),
            ("Write the invoices", "生成发票"),
            ("Check a sample", "抽查"),
            ("Send", "发送"),
            ("File the copies", "归档副本"),
        ],
    },
    OfficeWorkflow {
        id: "archive-logs",
        kind: "upkeep",
        name: ("Archive logs", "归档日志"),
        steps: &[
            ("Pack last month", "打包上月日志"),
            ("Move to the archive", "移入归档"),
        ],
    },
    OfficeWorkflow {
        id: "price-list",
        kind: "sales",
        name: ("Price list to the shops", "向门店发送价目表"),
        steps: &[
            ("Set the prices", "确定价格"),
            ("Have them approved", "审批"),
            ("Send to every shop", "发送到各门店"),
        ],
    },
    OfficeWorkflow {
        id: "payroll",
        kind: "finance",
        name: ("Payroll preparation", "工资准备"),
        steps: &[
            ("Collect the hours", "收集工时"),
            ("Work out the pay", "计算工资"),
            ("Two people check", "双人核对"),
            ("Hand to the bank", "提交银行"),
        ],
    },
    OfficeWorkflow {
        id: "suppliers",
        kind: "onboarding",
        name: ("Supplier onboarding", "供应商入驻"),
        steps: &[
            ("Ask for the papers", "索取资料"),
            ("Check the papers", "核验资料"),
            ("Agree the terms", "商定条款"),
            ("Open the account", "开立账户"),
            ("Tell purchasing", "通知采购"),
        ],
    },
];

/// Writes each into a file of its own, as many times as there are branches of the office.
///
/// # Errors
/// What the file system says.
pub(super) fn write(language: Language, folder: &Path, branches: usize) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (branch, workflow) in
        (0..branches).flat_map(|branch| OFFICE.iter().map(move |it| (branch, it)))
    {
        // The first is the head office.
        let (id, of_branch) = match branch {
            0 => (workflow.id.to_owned(), String::new()),
            _ => (format!("{}-{branch}", workflow.id), format!(" {branch}")),
        };
        let said = |(english, chinese): (&'static str, &'static str)| match language {
            Language::English => english,
            Language::Chinese => chinese,
        };
        let tasks = workflow.steps.iter().enumerate().map(|(at, step)| {
            let after: Vec<_> = at
                .checked_sub(1)
                .map(|n| format!("step-{n}"))
                .into_iter()
                .collect();
            json!({"id": format!("step-{at}"), "name": said(*step), "action": "manual",
                "params": {"instruction": said(*step)}, "dependsOn": after})
        });
        let tasks = tasks.collect();
        let document = json!({"id": id, "name": format!("{}{of_branch}", said(workflow.name)), "type": workflow.kind,
            "priority": 1, "maxConcurrent": 2, "tasks": Value::Array(tasks)});
        fs::write(folder.join(format!("{id}.json")), document.to_string())?;
    }
    Ok(())
}
