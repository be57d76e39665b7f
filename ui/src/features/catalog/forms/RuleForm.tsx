import { Card } from '@/components';
import { m } from '@/i18n';
import { useDraft } from '../draft/DraftContext';
import { BoundArea, BoundText, BoundYesNo } from './bound';
import styles from './forms.module.css';
import { OtherFields } from './OtherFields';
import { otherKeys, spelled } from './scope';
import { TextBody } from './TextBody';
import { TwoPanes } from './TwoPanes';
import { WordList } from './WordList';

/** A rule: when it applies, and its text. */
export function RuleForm() {
  const draft = useDraft();
  const { view } = draft;
  const body = spelled(view, 'body', 'content');
  const name = spelled(view, 'name', 'title');
  const always = spelled(view, 'alwaysApply', 'always_apply');
  const globs = draft.at(['globs']);
  const known = [name, 'description', 'globs', always, body];
  return (
    <TwoPanes
      main={
        <Card fill="hold" title={m.rule_text()}>
          <TextBody path={[body]} label={m.rule_text()} language="markdown" />
        </Card>
      }
      side={
        <div className={styles.form}>
          <h2 className={styles.heading}>{m.rule_about()}</h2>
          <BoundText
            scope={draft}
            path={[name]}
            label={m.field_name()}
            placeholder={m.name_from_file()}
            data-testid="field-name"
          />
          <BoundArea scope={draft} path={['description']} label={m.field_description()} rows={6} />
          {Array.isArray(globs) ? (
            <WordList
              scope={draft}
              path={['globs']}
              label={m.field_globs()}
              addLabel={m.globs_add()}
            />
          ) : (
            <BoundText
              scope={draft}
              path={['globs']}
              label={m.field_globs()}
              hint={m.field_globs_hint()}
              face="code"
            />
          )}
          <BoundYesNo
            scope={draft}
            path={[always]}
            label={m.field_always_apply()}
            absent={m.not_said()}
          />
          <OtherFields scope={draft} keys={otherKeys(view, known)} adding="offered" />
        </div>
      }
    />
  );
}
