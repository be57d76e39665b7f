//! Random sequences of what an operator does, against a plain model in memory: after every step
//! the catalog holds what the model says, also after a restart and on another computer.

#![expect(
    clippy::unwrap_used,
    reason = "a test's own helpers fail as its assertions do"
)]

mod model;
mod steps;
mod subject;

use proptest::prelude::*;

use crate::model::Model;
use crate::steps::{Step, steps};
use crate::subject::Subject;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_catalog_does_what_a_plain_model_does(steps in steps()) {
        let mut subject = Subject::new();
        let mut model = Model::default();
        for (number, step) in steps.iter().enumerate() {
            step.run(&mut subject, &mut model);
            let (found, expected) = (subject.contents(), model.contents());
            prop_assert_eq!(found, expected, "after step {} of {:#?}", number, &steps);
        }
    }
}

/// The same by hand, for the path every operator walks.
#[test]
fn a_loss_is_restored_and_the_restore_undone() {
    let mut subject = Subject::new();
    let mut model = Model::default();
    let steps = [
        Step::Create { id: 0, text: 0 },
        Step::Create { id: 2, text: 1 },
        Step::Update { id: 0, text: 2 },
        Step::Backup,
        Step::Delete { id: 0 },
        Step::Update { id: 2, text: 3 },
        Step::Restore {
            backup: 0,
            force: true,
        },
        Step::Undo { operation: 5 },
        Step::Restart,
        Step::Move { backup: 0 },
        Step::Revert { id: 0, revision: 0 },
    ];
    for step in steps {
        step.run(&mut subject, &mut model);
        assert_eq!(subject.contents(), model.contents(), "after {step:?}");
    }
    assert_eq!(model.contents().len(), 2);
}
