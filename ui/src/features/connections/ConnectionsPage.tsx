import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { Page, Segments } from '@/components';
import { m } from '@/i18n';
import { AgentsTab } from '../agents/AgentsTab';
import { RulesTab } from '../routing/RulesTab';
import { ConnectionsTab } from './ConnectionsTab';
import { SecretsTab } from './SecretsTab';
import { CONNECTION_TABS, type ConnectionTab } from './tabs';

/** Each part of the page: its name, and what is in it. */
const TABS: Record<ConnectionTab, { name: () => string; Content: ComponentType }> = {
  connections: { name: m.tab_connections, Content: ConnectionsTab },
  secrets: { name: m.tab_secrets, Content: SecretsTab },
  agents: { name: m.tab_agents, Content: AgentsTab },
  rules: { name: m.tab_rules, Content: RulesTab },
};

/** Where tasks find their data, and what they are let in with. */
export function ConnectionsPage() {
  const { tab = 'connections' } = useSearch({ from: '/connections' });
  const navigate = useNavigate();
  const { Content } = TABS[tab];
  return (
    <Page
      title={m.nav_connections()}
      subtitle={m.connections_subtitle()}
      end={
        <Segments
          label={m.view_choice()}
          value={tab}
          onChange={(next) => void navigate({ to: '/connections', search: { tab: next } })}
          options={CONNECTION_TABS.map((value) => ({
            value,
            label: TABS[value].name(),
            testid: `tab-${value}`,
          }))}
        />
      }
    >
      <Content />
    </Page>
  );
}
