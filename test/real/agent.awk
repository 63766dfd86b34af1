# The agent of the Docker tests, for busybox's awk: numbered events on both streams, so that each can be found again. Its folder /agent has
# `n`, the number of the next line: it is moved on before lines are printed, so that no number comes twice, whatever ends the agent. It ends by
# itself after LINES lines (none: never), or when `stop` is in its folder. PER_SECOND is its pace, SEED what it draws.
# Long lines repeat their number, so that each part can be told from all others; with ALIKE they are all the same.
function padding(n,   pad) {
  if (ENVIRON["ALIKE"]) return PAD
  for (pad = n " "; length(pad) < 41000;) pad = pad pad
  return pad
}

function line(n, bytes,   head) {
  head = sprintf("{\"event\":\"e\",\"n\":%d,\"word\":\"%d\",\"bit\":%.0f,\"pad\":\"", n, int(n / 26), POWER[n % 26])
  return head substr(bytes > 1000 ? padding(n) : PAD, 1, bytes - length(head) - 2) "\"}"
}

# Docker cuts a line at 16,384 bytes: some are one more part, some end at the cut, some with the line feed at the cut, most are short.
function size(   draw) {
  draw = rand()
  if (draw < 0.015) return 40960
  if (draw < 0.03) return 16384
  if (draw < 0.035) return 16383
  if (draw < 0.04) return 32768
  return 60 + int(rand() * 200)
}

BEGIN {
  for (PAD = "x"; length(PAD) < 65536;) PAD = PAD PAD
  POWER[0] = 1
  for (digit = 0; digit < 25; digit++) POWER[digit + 1] = 4 * POWER[digit]
  n = 0
  while ((getline text < "/agent/n") > 0) n = text + 0
  close("/agent/n")
  srand(ENVIRON["SEED"] + n)
  last = ENVIRON["LINES"] ? n + ENVIRON["LINES"] : -1
  perSecond = ENVIRON["PER_SECOND"]
  while (n != last) {
    if ((getline text < "/agent/stop") > 0) break
    end = n + 1 + int(rand() * (rand() < 0.05 ? perSecond / 2 : perSecond / 10))
    if (last >= 0 && end > last) end = last
    # More than one number of figures at once is not torn by a kill: it is renamed.
    print end > "/agent/next"
    close("/agent/next")
    system("mv /agent/next /agent/n")
    microseconds = (end - n) / perSecond * 1000000
    for (; n < end; n++) {
      if (rand() < 0.4) print line(n, size()) > "/dev/stderr"
      else print line(n, size())
    }
    fflush()
    fflush("/dev/stderr")
    system(sprintf("usleep %d", microseconds))
  }
}
