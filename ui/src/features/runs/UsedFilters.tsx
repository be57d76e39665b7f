import { useQuery } from '@tanstack/react-query';
import { m, visible } from '@/i18n';
import { agentsQuery } from '../agents/queries';
import { sourcesQuery } from '../connections/queries';
import { FilterChoice } from '../filters/FilterChoice';
import type { Filters } from './RunFilters';

interface Props {
  filters: Filters;
  onFilters: (filters: Filters) => void;
}

/** Which data source and which agent a run used: asked for where there are several to choose from. */
export function UsedFilters({ filters, onFilters }: Props) {
  const sources = useQuery(sourcesQuery()).data ?? [];
  const agents = useQuery(agentsQuery()).data?.items ?? [];
  const offered = (names: string[], chosen: string | undefined) =>
    [...new Set([...names, ...(chosen === undefined ? [] : [chosen])])].map((value) => ({
      value,
      label: visible(value),
    }));
  const ofSources = offered(
    sources.map(({ name }) => name),
    filters.source,
  );
  const ofAgents = offered(
    agents.map(({ id }) => id),
    filters.agent,
  );
  return (
    <>
      {(ofSources.length > 1 || filters.source) && (
        <FilterChoice
          label={m.field_data_source()}
          all={m.run_filter_source_all()}
          options={ofSources}
          value={filters.source}
          onChange={(source) => onFilters({ ...filters, source })}
          data-testid="filter-source"
        />
      )}
      {(ofAgents.length > 0 || filters.agent) && (
        <FilterChoice
          label={m.run_filter_agent()}
          all={m.run_filter_agent_all()}
          options={ofAgents}
          value={filters.agent}
          onChange={(agent) => onFilters({ ...filters, agent })}
          data-testid="filter-agent"
        />
      )}
    </>
  );
}
