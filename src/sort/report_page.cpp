#include "sort/report_page.h"

namespace tandem {

const char* const kSortReportStyle = R"(
.filters { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; padding: .6rem 3px;
  margin: 0 -3px; }
@media (min-width: 700px) and (min-height: 600px) { .filters { position: sticky; top: 0; z-index: 1;
  background: var(--page); max-height: 40vh; overflow-y: auto; } }
@media (pointer: coarse) { .keys, kbd { display: none; } }
@media print { .filters, .keys { display: none; } }
[hidden] { display: none !important; }
button, input { font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--edge); border-radius: 6px; padding: .25rem .6rem; max-width: 100%; }
button { cursor: pointer; overflow-wrap: anywhere; }
input::placeholder { color: var(--soft); opacity: 1; }
button[aria-pressed=true] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
kbd { font: .75em ui-monospace, monospace; border: 1px solid var(--line); border-radius: 3px;
  padding: 0 .25em; color: var(--soft); }
#count { margin: 0; }
.card a { display: block; color: inherit; text-decoration: none; border-radius: 4px; }
.card a:hover .name { color: var(--accent); text-decoration: underline; }
.card .name { margin-top: .5rem; overflow-wrap: anywhere; font-size: .9rem; }
figcaption { margin-top: 0; }
.folder { display: block; }
.group { margin: .5rem 0 .1rem; color: var(--soft); font-size: .8rem; }
.chips { display: flex; flex-wrap: wrap; gap: .25rem; list-style: none; padding: 0; margin: .3rem 0 0; }
.chip { border: 1px solid var(--line); border-radius: 1em; padding: 0 .55em; color: var(--soft); }
.chip.fits { border-color: var(--accent); color: var(--ink); }
.chip.none { border: 1px dashed var(--edge); color: var(--ink); }
.hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
)";

const char* const kSortReportScript = R"(
(() => {
  const cards = [...document.querySelectorAll('.card')];
  const bar = document.querySelector('.filters');
  const buttons = [...bar.querySelectorAll('button')];
  const name = document.getElementById('name');
  const count = document.getElementById('count');
  const keys = document.getElementById('keys');
  let key = '';
  bar.hidden = false;
  document.querySelector('.keys').hidden = false;
  const show = () => {
    const part = name.value.toLowerCase();
    let shown = 0;
    for (const card of cards) {
      const fits = !key || card.dataset.in.split(' ').includes(key);
      const names = [...card.querySelectorAll('.name, .folder')].map((part) => part.textContent);
      card.hidden = !fits || !names.join('\n').toLowerCase().includes(part);
      shown += !card.hidden;
    }
    for (const button of buttons) button.setAttribute('aria-pressed', button.dataset.key === key);
    count.textContent = shown + ' of ' + cards.length + ' shown';
  };
  const choose = (button) => { key = button.dataset.key; show(); };
  for (const button of buttons) button.addEventListener('click', () => choose(button));
  name.addEventListener('input', show);
  // What the keys go to must not end up below the bar.
  const measure = () => {
    const sticks = getComputedStyle(bar).position === 'sticky';
    document.documentElement.style.scrollPaddingTop = sticks ? bar.offsetHeight + 8 + 'px' : '';
  };
  addEventListener('resize', measure);
  measure();
  const go = (step) => {
    const links = cards.filter((card) => !card.hidden).map((card) => card.querySelector('a'));
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))].focus();
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      name.value = '';
      name.blur();
      choose(buttons[0]);
      return;
    }
    if (event.target === name || !keys.checked) return;
    if (event.key >= '0' && event.key <= '9') {
      const button = buttons[Number(event.key)];
      if (button) choose(button);
    } else if (event.key === '/') {
      event.preventDefault();
      name.focus();
    } else if (event.key === 'j') {
      event.preventDefault();
      go(1);
    } else if (event.key === 'k') {
      event.preventDefault();
      go(-1);
    }
  });
  show();
})();
)";

}  // namespace tandem
