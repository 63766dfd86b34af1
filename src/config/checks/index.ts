/** The checks of a mapping whose shape is right, in order. A new check is a file and a line here. */
import type { Report } from '../../diag/diagnostic.ts'
import type { YamlSource } from '../../diag/yaml-source.ts'
import type { Config } from '../config.ts'
import type { MappingFile } from '../raw.ts'
import { checkBareWords } from './bare-words.ts'
import { checkBoundNames } from './bound-names.ts'
import { checkClashes } from './clashes.ts'
import { checkContainerSources } from './container-sources.ts'
import { checkDeriveParts } from './derive-parts.ts'
import { checkMetricParts } from './metric-parts.ts'
import { checkNames } from './names.ts'
import { checkSources } from './sources.ts'
import { checkStateNames } from './state-names.ts'

export type FileCheck = (file: MappingFile, text: YamlSource, report: Report) => void
export type ConfigCheck = (config: Config, report: Report) => void

export const FILE_CHECKS: readonly FileCheck[] = [
  checkNames,
  checkBoundNames,
  checkMetricParts,
  checkDeriveParts,
  checkSources,
  checkContainerSources,
  checkBareWords,
]
export const CONFIG_CHECKS: readonly ConfigCheck[] = [checkClashes, checkStateNames]
