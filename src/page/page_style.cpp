#include "page/page_style.h"

namespace tandem {

const char* const kPageStyle = R"(
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #5d6670;
  --line: #dde1e6; --accent: #0067b1; }
@media (prefers-color-scheme: dark) { :root { --page: #14171a; --card: #1d2125; --ink: #e8eaed;
  --soft: #9aa3ad; --line: #30363c; --accent: #58aef0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 1500px; background: var(--page);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.35rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
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
figure { margin: 0; padding: .6rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 6px; }
figure img { display: block; width: 100%; height: 200px; object-fit: contain; }
figcaption { margin-top: .5rem; overflow-wrap: anywhere; font-size: .9rem; }
@media print { body { padding: 0; } figure { break-inside: avoid; } }
)";

}  // namespace tandem
