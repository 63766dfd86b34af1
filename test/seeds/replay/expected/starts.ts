/** The annotation that all dashboards have: no exporter was started anew while the log was played. */
import { NOTHING, type Table } from '../facts.ts'

export const starts: Table = { 'annotation: Exporter started': () => NOTHING }
