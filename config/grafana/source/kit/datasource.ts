/** The one data source of a dashboard: what its variable `datasource` names, never a fixed one. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }
