#include "sort/report_page.h"

namespace tandem {

const char* const kSortReportStyle = R"(
.filters { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; position: sticky; top: 0;
  padding: .6rem 0; background: var(--page); z-index: 1; max-height: 40vh; overflow-y: auto; }
[hidden] { display: none !important; }
button, input { font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--line); border-radius: 6px; padding: .25rem .6rem; }
button[aria-pressed=true] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
kbd { font: .75em ui-monospace, monospace; border: 1px solid var(--line); border-radius: 3px;
  padding: 0 .25em; color: var(--soft); }
#count { margin: 0; }
.name { display: block; }
.group { margin: .5rem 0 .1rem; color: var(--soft); font-size: .8rem; }
.chips { display: flex; flex-wrap: wrap; gap: .25rem; list-style: none; padding: 0; margin: .3rem 0 0; }
.chip { border: 1px solid var(--line); border-radius: 1em; padding: 0 .55em; color: var(--soft); }
.chip.fits { border-color: var(--accent); color: var(--ink); }
.chip.none { border-style: dashed; color: var(--ink); }
.broken { height: 200px; display: grid; place-items: center; margin: 0; color: var(--soft); }
.hidden { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
.card figure { height: 100%; }
)";

const char* const kSortReportScript = R"(
(() => {
  const cards = [...document.querySelectorAll('.card')];
  const bar = document.querySelector('.filters');
  const buttons = [...bar.querySelectorAll('button')];
  const name = document.getElementById('name');
  const count = document.getElementById('count');
  let key = '';
  bar.hidden = false;
  document.querySelector('.keys').hidden = false;
  const show = () => {
    const part = name.value.toLowerCase();
    let shown = 0;
    for (const card of cards) {
      const fits = !key || card.dataset.in.split(' ').includes(key);
      card.hidden = !fits || !card.querySelector('.name').textContent.toLowerCase().includes(part);
      shown += !card.hidden;
    }
    for (const button of buttons) button.setAttribute('aria-pressed', button.dataset.key === key);
    count.textContent = shown + ' of ' + cards.length + ' shown';
  };
  const choose = (button) => { key = button.dataset.key; show(); };
  for (const button of buttons) button.addEventListener('click', () => choose(button));
  name.addEventListener('input', show);
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
    if (event.target === name) return;
    if (event.key >= '0' && event.key <= '9') {
      const button = buttons[Number(event.key)];
      if (button) choose(button);
    } else if (event.key === '/') {
      event.preventDefault();
      name.focus();
    } else if (event.key === 'j' || event.key === 'ArrowRight') {
      event.preventDefault();
      go(1);
    } else if (event.key === 'k' || event.key === 'ArrowLeft') {
      event.preventDefault();
      go(-1);
    }
  });
  show();
})();
)";

}  // namespace tandem
