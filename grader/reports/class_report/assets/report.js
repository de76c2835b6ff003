// The language, sorting and the filter of a report. It reads what is on the page and sends nothing anywhere.
"use strict";
(() => {
  const root = document.documentElement;
  const KEY = "gradkata-language";

  function remembered() {
    try { return localStorage.getItem(KEY); } catch { return null; } // storage may be forbidden
  }

  function speak(language, keep) {
    root.lang = language;
    document.title = document.querySelector("title").dataset[language];
    if (keep) {
      try { localStorage.setItem(KEY, language); } catch { /* only this page, then */ }
    }
  }

  // Before the first paint, so that no page flashes in the other language.
  const before = remembered();
  if (before === "en" || before === "es") speak(before, false);

  // The text of the language that is shown: numbers as numbers, what has no value last in either direction.
  function keyOf(row, column, numeric) {
    const cell = row.cells[column];
    if (numeric) {
      const text = "value" in cell.dataset ? cell.dataset.value : cell.textContent;
      return Number.parseFloat(text); // NaN where there is none
    }
    const other = root.lang === "es" ? "en" : "es";
    const copy = cell.cloneNode(true);
    for (const hidden of copy.querySelectorAll(`[lang="${other}"]`)) hidden.remove();
    return copy.textContent.trim();
  }

  function compare(numeric, direction) {
    const words = new Intl.Collator(root.lang, { numeric: true });
    return ([a], [b]) => {
      if (!numeric) return direction * words.compare(a, b);
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
      return direction * (a - b);
    };
  }

  function sort(header) {
    const table = header.closest("table");
    const down = header.getAttribute("aria-sort") === "ascending";
    for (const other of table.querySelectorAll("thead [aria-sort]")) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const numeric = header.dataset.kind === "n";
    const rows = Array.from(body.rows, (row) => [keyOf(row, header.cellIndex, numeric), row]);
    rows.sort(compare(numeric, down ? -1 : 1));
    body.append(...rows.map(([, row]) => row));
  }

  function filter(input) {
    const wanted = input.value.trim().toLocaleLowerCase();
    const rows = Array.from(input.closest("section").querySelector("tbody").rows);
    for (const row of rows) row.hidden = !row.cells[0].textContent.toLocaleLowerCase().includes(wanted);
    const found = rows.filter((row) => !row.hidden).length;
    document.getElementById("found").textContent = wanted ? `${found}/${rows.length}` : "";
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const hidden of document.querySelectorAll(".language, .filter")) hidden.hidden = false;
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.matches(".language")) {
        speak(button.dataset.language, true);
        document.querySelector(`.language:not([data-language="${root.lang}"])`).focus();
      }
      if (button?.matches(".sort")) sort(button.closest("th"));
    });
    document.getElementById("filter")?.addEventListener("input", (event) => filter(event.target));
  });
  // Another page of the report, back from the cache, follows the language that was chosen meanwhile.
  window.addEventListener("pageshow", () => {
    const language = remembered();
    if (language === "en" || language === "es") speak(language, false);
  });
  window.addEventListener("beforeprint", () => {
    for (const closed of document.querySelectorAll("details")) closed.open = true;
  });
})();
