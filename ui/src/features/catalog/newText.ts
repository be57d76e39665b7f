import { m } from '@/i18n';
import type { Format, Kind } from '@/ipc';

/** The text a new document begins with. */
export function newText(
  kind: Kind,
  name: string,
  shape: 'tasks' | 'stages',
): { text: string; format: Format } {
  const json = (value: unknown) => ({
    text: `${JSON.stringify(value, null, 2)}\n`,
    format: 'json' as const,
  });
  switch (kind) {
    case 'workflow':
      return json(
        shape === 'tasks'
          ? { name, description: '', trigger: 'api', tasks: [] }
          : { name, description: '', stages: [], transitions: [] },
      );
    case 'roadmap':
      return json({ title: name, description: '', milestones: [] });
    case 'template':
      return json({ name, description: '', variables: [], content: '' });
    case 'rule':
      return {
        text: `---\nname: ${JSON.stringify(name)}\ndescription: ""\nalwaysApply: false\n---\n\n# ${name}\n\n${m.new_rule_body()}\n`,
        format: 'markdown',
      };
  }
}
