/// The figures' colours on light paper. Those of curves are Okabe and Ito's, which remain apart for colour-blind
/// readers; each curve is named at its end besides.
enum Palette {
    static let paper = "#fdfcf9"
    static let ink = "#1d2126"
    static let soft = "#63686f"
    static let rule = "#e3e0d8"
    static let curves = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", ink, "#b8a900"]
}

/// The report's style sheet.
let styleSheet = """
    :root {
      color-scheme: light dark;
      --paper: \(Palette.paper); --ink: \(Palette.ink); --soft: \(Palette.soft); --rule: \(Palette.rule);
      --wash: #f4f2ec;
      \(Palette.curves.enumerated().map { "--c\($0): \($1);" }.joined(separator: " "))
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #16181c; --ink: #e9e7e2; --soft: #a0a4aa; --rule: #30343a; --wash: #1e2126;
        --c0: #3a9bdc; --c1: #e8793a; --c2: #1fb98c; --c6: #e9e7e2; --c7: #f0e442;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
    }
    main { max-width: 64rem; margin: 0 auto; padding: 3.5rem 1.5rem 5rem; }
    h1, h2 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; font-weight: 600; }
    h1 { font-size: clamp(1.8rem, 4.4vw, 2.7rem); line-height: 1.18; margin: 0.3rem 0 1rem; max-width: 24em;
      text-wrap: balance; overflow-wrap: anywhere; }
    h2 { font-size: 1.35rem; margin: 3.2rem 0 0.4rem; }
    p { max-width: 42rem; margin: 0 0 0.9rem; overflow-wrap: anywhere; }
    .kicker { color: var(--soft); font-size: 0.95rem; margin: 0; }
    .numbers { font-size: 1.12rem; }
    .assumptions, .under { color: var(--soft); font-size: 0.9rem; }
    .warnings { border-left: 3px solid var(--c4); padding: 0.1rem 0 0.1rem 1rem; margin: 1.2rem 0; max-width: 42rem; }
    .warnings p { margin: 0.3rem 0; }
    figure { margin: 1.2rem 0 0; }
    figcaption { color: var(--soft); font-size: 0.9rem; max-width: 42rem; }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem 2rem; }
    svg { display: block; width: 100%; height: auto; overflow: visible; font-size: 13px; }
    .scroll { overflow-x: auto; margin: 1rem 0; }
    .scroll > svg { min-width: 34rem; }
    svg text { fill: var(--ink); font-variant-numeric: tabular-nums; }
    svg .tick, svg .note { fill: var(--soft); font-size: 12px; }
    svg .caption { font-size: 14px; font-weight: 600; }
    svg .entry { font-size: 14px; }
    svg .value { font-size: 16px; font-weight: 600; }
    svg .grid { stroke: var(--rule); stroke-width: 1; }
    svg .tier { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 4; }
    svg .interval { fill: var(--c); fill-opacity: 0.2; }
    svg .mean { stroke: var(--c); stroke-width: 2.5; stroke-linecap: round; }
    svg circle { fill: var(--c); stroke: var(--paper); stroke-width: 1; }
    svg .band { fill: var(--c); fill-opacity: 0.13; }
    svg .line { fill: none; stroke: var(--c); stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
    svg .leader { fill: none; stroke: var(--c); stroke-width: 1; stroke-opacity: 0.55; }
    svg.difference { width: 190px; height: 24px; }
    svg .margin { fill: var(--rule); fill-opacity: 0.6; }
    svg .zero { stroke: var(--soft); stroke-width: 1; }
    svg .whisker { stroke: var(--c); stroke-width: 2.5; stroke-linecap: round; stroke-opacity: 0.75; }
    .c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); }
    .c4 { --c: var(--c4); } .c5 { --c: var(--c5); } .c6 { --c: var(--c6); } .c7 { --c: var(--c7); }
    .swatch { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 50%; background: var(--c);
      margin-right: 0.5em; }
    table { border-collapse: collapse; min-width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
    th { font-weight: 500; color: var(--soft); text-align: left; border-bottom: 1px solid var(--soft); }
    th, td { padding: 0.45rem 0.95rem 0.45rem 0; vertical-align: middle; white-space: nowrap; }
    th:last-child, td:last-child { padding-right: 0; }
    td { border-bottom: 1px solid var(--rule); }
    td:first-child { white-space: normal; min-width: 6rem; max-width: 13rem; overflow-wrap: anywhere; }
    .number { text-align: right; }
    .settings table { min-width: 0; }
    .settings td { white-space: normal; overflow-wrap: anywhere; min-width: 5rem; vertical-align: top; }
    .badge { color: var(--soft); font-size: 0.85em; }
    details { margin: 1rem 0; border-top: 1px solid var(--rule); padding-top: 0.8rem; }
    summary { cursor: pointer; color: var(--soft); }
    @media print { details > * { display: block; } main { padding-top: 0; } }

    """
