/** Node exporters whose numbers are ours: Debian's program with nothing but its collector of text files. */
import { renameSync, writeFileSync } from 'node:fs'
import { freePort, Running } from '../../real/workbench.ts'

interface Host {
  readonly idleSeconds: number
  readonly availableBytes: number
  readonly freeBytes: number
}

const filesystem = 'device="/dev/sda1",fstype="ext4",mountpoint="/"'

export class HostExporter extends Running {
  readonly url: string
  readonly #file: string

  private constructor(port: number, folder: string) {
    super('prometheus-node-exporter', [
      `--web.listen-address=127.0.0.1:${port}`,
      '--collector.disable-defaults',
      '--collector.textfile',
      `--collector.textfile.directory=${folder}`,
    ])
    this.url = `http://127.0.0.1:${port}`
    this.#file = `${folder}/host.prom`
  }

  static async start(folder: string): Promise<HostExporter> {
    return new HostExporter(await freePort(), folder)
  }

  show({ idleSeconds, availableBytes, freeBytes }: Host): void {
    const text = `# TYPE node_cpu_seconds_total counter
node_cpu_seconds_total{cpu="0",mode="idle"} ${idleSeconds}
# TYPE node_memory_MemAvailable_bytes gauge
node_memory_MemAvailable_bytes ${availableBytes}
# TYPE node_memory_MemTotal_bytes gauge
node_memory_MemTotal_bytes 1000
# TYPE node_filesystem_avail_bytes gauge
node_filesystem_avail_bytes{${filesystem}} ${freeBytes}
# TYPE node_filesystem_size_bytes gauge
node_filesystem_size_bytes{${filesystem}} 1000
# TYPE node_filesystem_readonly gauge
node_filesystem_readonly{${filesystem}} 0
`
    writeFileSync(`${this.#file}.new`, text)
    renameSync(`${this.#file}.new`, this.#file)
  }
}
