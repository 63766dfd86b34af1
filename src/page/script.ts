/**
 * What runs in the browser: every two seconds the part that changes is fetched and the differences are put into the page, so that
 * scroll, focus, open details and selection stay. Stands still while the page is hidden or paused. Without it the page is whole too.
 */
export const PAGE_SCRIPT = `'use strict'
const PERIOD_MS = 2000
const live = document.getElementById('live')
const pause = document.getElementById('pause')
const offline = document.getElementById('offline')
let isPaused = false
let timer
let asking

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.getAttribute('data-key') : null)
const isAlike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b)

function isSelected(node) {
  const selection = document.getSelection()
  return selection !== null && !selection.isCollapsed && selection.containsNode(node, true)
}

function change(from, to) {
  if (from.nodeType === Node.TEXT_NODE) {
    if (from.data !== to.data && !isSelected(from)) from.data = to.data
    return
  }
  if (from.nodeType !== Node.ELEMENT_NODE) return
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value)
  for (const { name } of [...from.attributes]) if (name !== 'open' && !to.hasAttribute(name)) from.removeAttribute(name)
  changeChildren(from, to)
}

function changeChildren(from, to) {
  const keyed = new Map()
  for (const child of from.children) if (keyOf(child) !== null) keyed.set(keyOf(child), child)
  const wantedKeys = new Set([...to.children].map(keyOf))
  let at = from.firstChild
  const drop = () => {
    const next = at.nextSibling
    at.remove()
    at = next
  }
  for (const wanted of [...to.childNodes]) {
    const key = keyOf(wanted)
    const known = key === null ? (at !== null && isAlike(at, wanted) ? at : undefined) : keyed.get(key)
    if (known === undefined) {
      from.insertBefore(document.importNode(wanted, true), at)
      continue
    }
    // What is gone is dropped first: then what stays is not moved, and a node that is not moved keeps focus and selection.
    while (key !== null && at !== null && at !== known && (keyOf(at) === null || !wantedKeys.has(keyOf(at)))) drop()
    if (known === at) at = at.nextSibling
    else from.insertBefore(known, at)
    change(known, wanted)
  }
  while (at !== null) drop()
}

function show(text) {
  const focused = document.activeElement
  const fetched = new DOMParser().parseFromString('<div id="live">' + text + '</div>', 'text/html')
  changeChildren(live, fetched.getElementById('live'))
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true })
}

async function refresh() {
  clearTimeout(timer)
  if (asking !== undefined || isPaused || document.hidden) return
  asking = new AbortController()
  const deadline = setTimeout(() => asking.abort(), 10000)
  try {
    const answer = await fetch('./page.live', { signal: asking.signal })
    if (!answer.ok) throw new Error(String(answer.status))
    const text = await answer.text()
    if (!isPaused) show(text)
    say('')
  } catch {
    say('No answer; trying again.')
  }
  clearTimeout(deadline)
  asking = undefined
  timer = setTimeout(refresh, PERIOD_MS)
}

function say(text) {
  if (offline.textContent !== text) offline.textContent = text
}

pause.addEventListener('click', () => {
  isPaused = !isPaused
  pause.setAttribute('aria-pressed', String(isPaused))
  if (!isPaused) refresh()
})
document.addEventListener('visibilitychange', refresh)
document.getElementById('reload').hidden = true
pause.hidden = false
timer = setTimeout(refresh, PERIOD_MS)
`
