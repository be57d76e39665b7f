import { useQuery } from '@tanstack/react-query';
import { Card, Icon, Row } from '@/components';
import { label, m, say, words } from '@/i18n';
import type { About } from '@/ipc';
import { doctorQuery } from './queries';

/** Version, and whether the installation is in order. */
export function AboutCard({ about }: { about: About }) {
  const doctor = useQuery(doctorQuery());
  return (
    <Card title={m.about()} aside={m.about_version({ version: about.version })}>
      {doctor.data?.checks.map((check) => (
        <Row
          key={check.name}
          detail={say(check.message)}
          start={
            <span style={{ color: check.ok ? 'var(--ok)' : 'var(--fail)', display: 'grid' }}>
              <Icon name={check.ok ? 'check' : 'cross'} />
              <span className="visually-hidden">{check.ok ? m.check_ok() : m.check_not_ok()}</span>
            </span>
          }
        >
          {label('check', check.name)}
        </Row>
      ))}
      <Row detail={words(`platform_${about.platform}`) ?? about.platform}>{m.about_words()}</Row>
    </Card>
  );
}
