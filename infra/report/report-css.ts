/**
 * How a report looks where a style sheet is read. Colours of charts are named apart from those of text: they need
 * 3 : 1 against the page, text needs 4.5 : 1. Without it, in mail, a report is tables and default colours.
 */

/** In the dark; not for paper. */
export const DARK_CSS = `
@media (prefers-color-scheme:dark){:root{--k-healed:#3fb98a;--k-opened:#8b949e;--k-rate:#58a6ff;--k-1:#f0883e;--k-2:#b392f0;--k-3:#8b949e;--k-4:#58a6ff;--k-5:#3fb98a;--k-line:#3d444d;--k-soft:#9da7b3;--k-page:#0d1117;--k-raised:#161b22;--k-bad:#ff8182}}
`;

/** On the console's pages beside its own style sheet; in files and in mail it stands alone. */
export const REPORT_CSS = `
:root{--k-healed:#1a7f5a;--k-opened:#6e7781;--k-rate:#0969da;--k-1:#bc4c00;--k-2:#8250df;--k-3:#6e7781;--k-4:#0969da;--k-5:#1a7f5a;--k-line:#d0d7de;--k-soft:#57606a;--k-page:#fff;--k-raised:#f6f8fa;--k-bad:#a40e26}
@media (forced-colors:active){:root{--k-healed:CanvasText;--k-opened:CanvasText;--k-rate:CanvasText;--k-1:CanvasText;--k-2:GrayText;--k-3:CanvasText;--k-4:GrayText;--k-5:CanvasText;--k-page:Canvas;--k-line:CanvasText}.report svg{forced-color-adjust:none;color:CanvasText}}
.report{max-width:64rem}
.report .about{color:var(--k-soft);margin:0 0 1rem}
.report .trouble,.report .doubts,.report .fine{border:1px solid var(--k-line);border-left:.4rem solid var(--k-bad);border-radius:.5rem;padding:.75rem 1rem;margin:0 0 1rem;background:var(--k-raised)}
.report .doubts{border-left-color:var(--k-1)}
.report .fine{border-left-color:var(--k-healed);padding:.4rem 1rem}
.report .fine p,.report .trouble p,.report .doubts p{margin:.25rem 0}
.report .trouble h2,.report .doubts h2{margin:0 0 .25rem;font-size:1.05rem}
.report .trouble ul,.report .doubts ul{margin:.25rem 0;padding-left:1.2rem}
.report .hero{display:flex;flex-wrap:wrap;gap:.5rem 2rem;align-items:flex-start;margin:1.5rem 0}
.report .rate{margin:0;font-size:3.5rem;line-height:1;font-weight:700;letter-spacing:-.02em;white-space:nowrap}
.report .rate small{display:block;font-size:1rem;font-weight:600;letter-spacing:0;color:inherit;margin-top:.35rem}
.report .hero>div{flex:1 1 20rem;min-width:0}
.report .hero p{margin:0 0 .35rem}
.report .definition,.report .note,.report td small,.report .tiles small{color:var(--k-soft)}
.report .definition,.report .note{font-size:.875rem}
.report .tiles{list-style:none;display:grid;grid-template-columns:repeat(auto-fit,minmax(12.5rem,1fr));gap:.75rem;padding:0;margin:0 0 1.5rem}
.report .tiles li{border:1px solid var(--k-line);border-radius:.5rem;padding:.6rem .8rem;min-width:0}
.report .tiles b{display:block;font-size:1.5rem;line-height:1.3}
.report .tiles span,.report .tiles small{display:block;font-size:.8125rem;line-height:1.35}
.report .tiles span{font-weight:600}
.report figure{margin:.75rem 0 1rem}
.report section{margin-top:2.25rem}
.report .compact{max-width:46rem}
.report section>h2{margin:0 0 .5rem;font-size:1.25rem}
.report table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
.report caption{text-align:left;color:var(--k-soft);font-size:.875rem;padding-bottom:.25rem}
.report th,.report td{padding:.4rem .5rem;border-bottom:1px solid var(--k-line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
.report thead th{font-size:.8125rem;overflow-wrap:normal}
.report tbody th{font-weight:600}
.report .num{text-align:right}
.report td small,.report th small{display:block;font-size:.8125rem;font-weight:400;color:var(--k-soft)}
.report .bar,.report .swatch{vertical-align:middle;margin-right:.4rem}
.report .terms dt{font-weight:600;color:inherit}
.report .k-healed{fill:var(--k-healed)}.report .k-opened{stroke:var(--k-opened)}.report .k-rate{stroke:var(--k-rate)}.report .k-dot{fill:var(--k-rate)}.report .k-rest{fill:var(--k-opened)}
.report .k-1{fill:var(--k-1)}.report .k-2{fill:var(--k-2)}.report .k-3{fill:var(--k-3)}.report .k-4{fill:var(--k-4)}.report .k-5{fill:var(--k-5)}
.report .k-gap{stroke:var(--k-page)}
.report .k-tick{fill:var(--k-soft)}
.report nav.weeks{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;margin-bottom:.5rem}
@media (min-width:40.01rem){.report .wide td.num{white-space:nowrap}}
@media (max-width:40rem){.report h1{font-size:1.35rem}.report .rate{font-size:2.75rem}.report .tiles{grid-template-columns:1fr 1fr}.report .bar{display:none}
.report .wide thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.report .wide tr{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:.35rem .75rem;padding:.7rem 0;border-bottom:1px solid var(--k-line)}
.report .wide tbody th{grid-column:1/-1;border:0;padding:0}
.report .wide td{grid-column:1/-1;display:block;border:0;padding:0;text-align:left}
.report .wide td.num{grid-column:auto}
.report .wide td::before{content:attr(data-label);display:block;font-size:.8125rem;color:var(--k-soft)}
.report .wide td>*{grid-column:auto}}
`;

/** In the list of a figure's cases long names give way, so that accounts and short words stay whole. */
export const LIST_CSS = `
@media (min-width:40.01rem){.report td.whole{overflow-wrap:normal}}
`;

/** Where no style sheet of the console's is. */
export const ALONE_CSS = `
:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;background:var(--k-page);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;color:#1b1f24}
@media (prefers-color-scheme:dark){body{color:#e6edf3}}
.report{margin:0 auto;padding:1rem;overflow-wrap:anywhere}
a{color:inherit}
dt{margin-top:.5rem}dd{margin:0}
`;

/** On paper no row of a table is on two pages. */
const PAPER = `
@page{size:A4;margin:18mm 14mm 16mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt system-ui,sans-serif;color:#57606a}}
body{background:#fff;color:#1b1f24;font-size:10.5pt;line-height:1.4}
.report{max-width:none;padding:0}
.report tr,.report .tiles li,.report figure,.report .trouble,.report .doubts,.report .hero,.report dt{break-inside:avoid}
.report h2,.report caption,.report thead,.report dt{break-after:avoid}
.report thead{display:table-header-group}
.report section{margin-top:1.4rem}
.report table{font-size:9pt}
.report th,.report td{padding:.25rem .4rem}
.report td small,.report th small,.report thead th,.report .note,.report .definition,.report caption{font-size:8pt}
.report .terms{font-size:9pt}
.report .tiles{grid-template-columns:repeat(4,1fr)}
`;

/** A document that is to be printed: light, whatever the screen is. */
export const PRINT_CSS = `:root{color-scheme:light}${PAPER}@media print{a{text-decoration:none}}@media screen{.report{padding:1rem}}`;

/** A page of the console that somebody prints: without what leads elsewhere. */
export const ON_PAPER_CSS = `@media print{${PAPER}a{text-decoration:none}header,.skip,.report nav,.report pre{display:none}}`;
