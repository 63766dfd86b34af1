/** Where a dashboard leads on to: the other ones of this project, and what to do about an alert. */

import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import { type DashboardLink, DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'

/** Each dashboard bears it, also those that users generate; the menu of dashboards lists all that do. */
export const TAG = 'agentlog'
export const RUNBOOKS = 'https://github.com/agentlog-exporter/agentlog-exporter/blob/main/config/prometheus/runbooks.md'

export const uidOf = (name: string): string => `agentlog-${name}`

/** The SDK's default puts links and the switches of annotations into a menu; they belong above the panels. */
export function onTop<T extends { placement?: unknown }>({ placement: _inMenu, ...shown }: T): Omit<T, 'placement'> {
  return shown
}

const link = (title: string, build: (builder: DashboardLinkBuilder) => DashboardLinkBuilder): Builder<DashboardLink> => ({
  build: () => onTop(build(new DashboardLinkBuilder(title)).build()),
})

/** For a panel: what to do when the alert on its numbers fires. */
export const runbook = (alert: string): Builder<DashboardLink> =>
  link(`Runbook: ${alert}`, (to) => to.type(DashboardLinkType.Link).url(`${RUNBOOKS}#${alert.toLowerCase()}`).targetBlank(true))

/** For a panel or a dashboard: another dashboard, for the same time. */
export const toDashboard = (name: string, title: string): Builder<DashboardLink> =>
  link(title, (to) =>
    to
      .type(DashboardLinkType.Link)
      .icon('dashboard')
      .url(`/d/${uidOf(name)}`)
      .keepTime(true),
  )

/** What stands at the top of each dashboard. */
export const boardLinks = (): Builder<DashboardLink>[] => [
  link('Dashboards', (to) => to.type(DashboardLinkType.Dashboards).tags([TAG]).asDropdown(true).keepTime(true)),
  link('Runbooks', (to) => to.type(DashboardLinkType.Link).icon('doc').url(RUNBOOKS).targetBlank(true)),
]
