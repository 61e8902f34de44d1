#include "page/page_style.h"

namespace tandem {

const char* const kPageStyle = R"(
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #5d6670;
  --line: #dde1e6; --edge: #858d96; --accent: #0067b1; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #14171a; --card: #1d2125; --ink: #e8eaed;
  --soft: #9aa3ad; --line: #30363c; --edge: #6d757e; --accent: #58aef0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 1500px; background: var(--page);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
header { margin: 0 0 1rem; overflow-wrap: anywhere; }
header p { margin: .4rem 0 0; max-width: 90ch; }
h1 { font-size: 1.35rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .75rem; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.soft { color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; background: var(--card); border: 1px solid var(--line);
  font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .8rem; text-align: left; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 500; }
.grid { display: grid; gap: 1rem; padding: 0; margin: 0; list-style: none;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 220px), 1fr)); }
.grid > li { min-width: 0; }
.grid > li figure { height: 100%; }
figure { margin: 0; padding: .6rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 6px; }
figure img { display: block; width: 100%; height: 200px; object-fit: contain; }
figcaption { margin-top: .5rem; overflow-wrap: anywhere; font-size: .9rem; }
.name { display: block; font-weight: 600; }
.blank { display: grid; place-items: center; height: 200px; margin: 0; border-radius: 4px;
  border: 1px dashed var(--edge); color: var(--soft); }
.empty { padding: 2rem 1rem; text-align: center; border: 1px dashed var(--edge); border-radius: 6px;
  color: var(--soft); }
@media print {
  :root { color-scheme: light; }
  body { padding: 0; max-width: none; background: none; }
  .grid { grid-template-columns: repeat(3, 1fr); gap: .5rem; }
  .grid > li { break-inside: avoid; }
  figure img, .blank { height: 150px; }
}
)";

const char* const kGridScript = R"(
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const links = [...document.querySelectorAll('.grid a')].filter((link) => link.offsetParent);
  const at = links.indexOf(document.activeElement);
  if (at < 0) return;
  const top = (link) => Math.round(link.getBoundingClientRect().top);
  const columns = links.filter((link) => top(link) === top(links[0])).length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (!step) return;
  const to = links[at + step];
  if (!to) return;
  event.preventDefault();
  to.focus();
});
)";

}  // namespace tandem
