#include "agent/commands/stats/page_style.h"

namespace tapferry {

std::string_view page_style() {
    return R"css(
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #16202b; --soft: #55616e; --rule: #e2e6eb;
  --grid: #e8ebef; --bar: #2f74b5; --wash: #dfeaf6; --mark: #a8432f; --shade: 0 1px 2px rgb(20 30 45 / .06), 0 4px 16px rgb(20 30 45 / .05);
  --s0: #2f74b5; --s1: #b97a00; --s2: #c4442b; --s3: #8a4fa3; --s4: #5f6b77; --s5: #7fa8a0; }
@media (prefers-color-scheme: dark) { :root { --page: #0f1419; --card: #171d24; --ink: #e6ebf0; --soft: #9aa7b4; --rule: #2a333d;
  --grid: #242c35; --bar: #5aa6e4; --wash: #22364a; --mark: #f08a70; --shade: none;
  --s0: #5aa6e4; --s1: #e3b04b; --s2: #f0705a; --s3: #c08bdb; --s4: #8b97a3; --s5: #4f8f85; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif; }
main, header, footer { max-width: 1160px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 36px; padding-bottom: 8px; }
h1 { margin: 0; font-size: 27px; line-height: 1.25; letter-spacing: -.012em; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 15px; font-weight: 650; display: flex; gap: 10px; align-items: baseline; justify-content: space-between; flex-wrap: wrap; }
h2 small, .sub { color: var(--soft); font-weight: 400; font-size: 13px; }
.sub { margin: 6px 0 0; font-size: 15px; }
.tiles { display: flex; flex-wrap: wrap; gap: 1px; background: var(--rule); border-radius: 12px; overflow: hidden; margin: 22px 0 18px; box-shadow: var(--shade); border: 1px solid var(--rule); }
.tiles div { background: var(--card); padding: 14px 16px 13px; flex: 1 1 126px; }
.tiles dt { color: var(--soft); font-size: 13px; }
.tiles dd { margin: 2px 0 0; font-size: 23px; line-height: 1.25; font-weight: 620; letter-spacing: -.015em; font-variant-numeric: tabular-nums; }
.tiles dd small { display: block; font-size: 13px; line-height: 1.4; font-weight: 400; color: var(--soft); letter-spacing: 0; }
.columns { columns: 2 480px; column-gap: 18px; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 17px 18px 15px; box-shadow: var(--shade); margin: 0 0 18px; break-inside: avoid; }
.scroll { overflow-x: auto; }
.scroll svg { min-width: 820px; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
.x { text-anchor: middle; } .y { text-anchor: end; }
svg .m { fill: var(--mark); text-anchor: start; transform: translateX(-2px); }
line.grid { stroke: var(--grid); } line.axis { stroke: var(--soft); stroke-opacity: .55; }
line.mark { stroke: var(--mark); stroke-dasharray: 3 3; }
rect.bar { fill: var(--bar); } rect.part { fill: var(--card); fill-opacity: .6; } rect.hit { fill: transparent; } rect.hit:hover { fill: var(--ink); fill-opacity: .09; }
.area.s0 { fill: var(--s0); } .area.s1 { fill: var(--s1); } .area.s2 { fill: var(--s2); } .area.s3 { fill: var(--s3); } .area.s4 { fill: var(--s4); } .area.s5 { fill: var(--s5); }
i.s0 { background: var(--s0); } i.s1 { background: var(--s1); } i.s2 { background: var(--s2); } i.s3 { background: var(--s3); } i.s4 { background: var(--s4); } i.s5 { background: var(--s5); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; padding: 0; font-size: 13px; color: var(--soft); }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 7px; }
.legend b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
table.bars { table-layout: fixed; }
th, td { padding: 4px 0; text-align: left; font-weight: 400; vertical-align: middle; }
tr + tr > * { border-top: 1px solid var(--grid); }
table.bars th { position: relative; padding: 5px 10px 5px 8px; }
table.bars th span { position: relative; display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font: 13px/1.45 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
table.bars th i { position: absolute; inset: 3px auto 3px 0; background: var(--wash); border-left: 3px solid var(--bar); border-radius: 2px; }
table.bars tr:hover > * { background: color-mix(in srgb, var(--ink) 4%, transparent); }
td.n, td.p, table.plain td, table.plain thead th + th { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.n, thead th.n { width: 92px; text-align: right; } td.p { width: 66px; color: var(--soft); }
table.plain { margin-top: 12px; } table.plain thead th { color: var(--soft); font-size: 13px; } table.plain td { padding-left: 10px; } table.plain { font-size: 13px; } table.plain tbody th { font-size: 12px; }
.none { color: var(--soft); margin: 0; }
.note { color: var(--soft); font-size: 13px; margin: 10px 0 0; }
footer { color: var(--soft); font-size: 13px; padding-top: 20px; padding-bottom: 40px; }
#tip { position: fixed; z-index: 9; left: 0; top: 0; pointer-events: none; white-space: pre; max-width: 90vw; overflow: hidden; text-overflow: ellipsis; background: var(--ink); color: var(--page); padding: 7px 10px; border-radius: 7px; font-size: 13px; line-height: 1.45; font-variant-numeric: tabular-nums; box-shadow: 0 4px 18px rgb(0 0 0 / .25); }
#tip[hidden] { display: none; }
@media print { :root { --page: #fff; --shade: none; } body { font-size: 12px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main, header, footer { max-width: none; padding: 0; } section, .tiles { break-inside: avoid; } .columns { columns: 2; column-gap: 12px; } section { margin-bottom: 12px; } .scroll svg { min-width: 0; } }
)css";
}

std::string_view page_script() {
    return R"js(
const tip = document.getElementById("tip");
document.addEventListener("pointermove", (event) => {
  const over = event.target.closest("[data-tip]");
  tip.hidden = !over;
  if (!over) return;
  tip.textContent = over.dataset.tip;
  const box = tip.getBoundingClientRect();
  const x = Math.min(event.clientX + 14, innerWidth - box.width - 8);
  const below = event.clientY + 18;
  const y = below + box.height + 8 > innerHeight ? event.clientY - box.height - 12 : below;
  tip.style.transform = `translate(${Math.max(8, x)}px, ${Math.max(8, y)}px)`;
});
document.addEventListener("pointerleave", () => { tip.hidden = true; });
)js";
}

std::string_view page_script_hash() {
    return "sha256-LyXlvka6/KBV2YPtpqxXgNi5WKgkLTQh7qGHmoxG/XM=";
}

}  // namespace tapferry
