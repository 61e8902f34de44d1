#include "train/report_style.h"

namespace tandem {

// The eight colours are apart in lightness, too, for readers who see fewer of them (after Okabe and
// Ito, "Color Universal Design"); the dark ones are lighter versions.
const char* const kReportStyle = R"(
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #5d6670;
  --line: #dde1e6; --axis: #9aa3ad;
  --c0: #0067b1; --c1: #cf5200; --c2: #00855e; --c3: #b04a86; --c4: #8a6a00; --c5: #2f9fd8;
  --c6: #6b4fc4; --c7: #4a4f55; }
@media (prefers-color-scheme: dark) { :root { --page: #14171a; --card: #1d2125; --ink: #e8eaed;
  --soft: #9aa3ad; --line: #30363c; --axis: #6a737d;
  --c0: #58aef0; --c1: #ff9152; --c2: #3dcb9d; --c3: #e693c0; --c4: #e5c04b; --c5: #9bd8f7;
  --c6: #b3a1f5; --c7: #c5cbd1; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 1500px; background: var(--page);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.35rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .75rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; background: var(--card); border: 1px solid var(--line);
  border-radius: 6px; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .8rem; text-align: right; border-top: 1px solid var(--line);
  white-space: nowrap; }
thead th { border-top: 0; color: var(--soft); font-weight: 500; }
th:first-child { text-align: left; }
tbody th { font-weight: 600; }
.key { display: inline-block; width: 1.6em; margin-right: .6em; border-top: 3px solid;
  vertical-align: middle; }
.key.dash { border-top-style: dashed; }
.charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 430px), 1fr)); }
figure { margin: 0; padding: .75rem .75rem .5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 6px; position: relative; }
figcaption { display: flex; flex-wrap: wrap; gap: .15rem .8rem; align-items: baseline; font-weight: 600; }
h2 + .note { color: var(--soft); margin: -.4rem 0 .75rem; font-size: .9em; }
.last { margin-left: auto; font-variant-numeric: tabular-nums; display: flex; gap: .8em; }
svg { display: block; width: 100%; height: auto; }
text { font-size: 11.5px; fill: var(--soft); font-variant-numeric: tabular-nums; }
.up { text-anchor: end; } .across { text-anchor: middle; }
.grid { stroke: var(--line); } .axis, .tick { stroke: var(--axis); }
.line { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; }
.line.dash { stroke-dasharray: 6 4; }
.band { fill: currentColor; fill-opacity: .16; stroke: currentColor; stroke-opacity: .25; stroke-width: .7; }
.dot { fill: currentColor; stroke: var(--card); }
.cross { stroke: var(--axis); stroke-dasharray: 3 3; }
.tip { position: absolute; pointer-events: none; padding: .3rem .6rem; background: var(--card);
  border: 1px solid var(--axis); border-radius: 5px; font-size: .85rem; z-index: 1; white-space: nowrap;
  font-variant-numeric: tabular-nums; box-shadow: 0 2px 8px #0003; }
.tip b { float: right; margin-left: 1.2em; }
.remarks { padding-left: 1.2rem; color: var(--soft); overflow-wrap: anywhere; }
.c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); }
.c4 { color: var(--c4); } .c5 { color: var(--c5); } .c6 { color: var(--c6); } .c7 { color: var(--c7); }
@media print { body { padding: 0; } figure { break-inside: avoid; } }
)";

const char* const kReportScript = R"(
const names = [...document.querySelectorAll('tbody th')].map(cell => cell.textContent.trim());
const make = (name, fields) => Object.assign(document.createElement(name), fields);
for (const figure of document.querySelectorAll('figure')) {
  const picture = figure.querySelector('svg');
  const curves = JSON.parse(picture.dataset.curves);
  const tip = figure.appendChild(make('div', {className: 'tip', hidden: true}));
  const cross = picture.appendChild(document.createElementNS(picture.namespaceURI, 'path'));
  cross.setAttribute('class', 'cross');
  const marks = new Map(curves.map(curve => {
    const mark = picture.appendChild(document.createElementNS(picture.namespaceURI, 'circle'));
    mark.setAttribute('class', 'dot c' + curve[0] % 8);
    return [curve, mark];
  }));
  const place = (mark, x, y, r) => Object.entries({cx: x, cy: y, r: r}).forEach(([k, v]) => mark.setAttribute(k, v));
  const wipe = () => marks.forEach(mark => place(mark, 0, 0, 0));
  const leave = () => { tip.hidden = true; cross.removeAttribute('d'); wipe(); };
  picture.addEventListener('pointerleave', leave);
  picture.addEventListener('pointermove', event => {
    const box = picture.getBoundingClientRect(), scale = box.width / picture.viewBox.baseVal.width;
    const at = (event.clientX - box.left) / scale;
    const nearest = ([, xs]) => xs.reduce((best, x, i) => Math.abs(x - at) < Math.abs(xs[best] - at) ? i : best, 0);
    const rows = curves.filter(curve => curve[1].length).map(curve => [curve, nearest(curve)]);
    if (!rows.length) return;
    const [first, index] = rows.reduce((a, b) => Math.abs(a[0][1][a[1]] - at) <= Math.abs(b[0][1][b[1]] - at) ? a : b);
    const x = first[1][index];
    cross.setAttribute('d', `M${x} 10V214`);
    wipe();
    tip.replaceChildren(make('div', {textContent: 'step ' + first[3][index].toLocaleString('en')}));
    for (const [curve, i] of rows) {
      if (Math.abs(curve[1][i] - x) > 12) continue;
      place(marks.get(curve), curve[1][i], curve[2][i], 4);
      const row = tip.appendChild(make('div', {className: 'c' + curve[0] % 8}));
      row.append(make('span', {textContent: names.length > 1 ? names[curve[0]] : ''}),
                 make('b', {textContent: curve[4][i]}));
    }
    tip.hidden = false;
    const frame = figure.getBoundingClientRect();
    const left = x * scale + box.left - frame.left;
    tip.style.top = box.top - frame.top + 8 + 'px';
    tip.style.left = (at > 288 ? left - tip.offsetWidth - 10 : left + 10) + 'px';
  });
}
)";

}  // namespace tandem
