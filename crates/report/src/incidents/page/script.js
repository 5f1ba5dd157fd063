"use strict";
/* The page reads the same without this: it sorts tables, and sorts and filters the incidents. */
(function () {
  function key(cell) {
    if (!cell) { return ""; }
    if (cell.dataset.key === undefined) { return cell.textContent.trim().toLowerCase(); }
    return Number(cell.dataset.key);
  }
  function compare(a, b) {
    if (typeof a === "number" ? typeof b === "number" : false) { return a - b; }
    return String(a).localeCompare(String(b), "en");
  }
  function sort(table, column, down) {
    var body = table.tBodies[0];
    var rows = [];
    Array.from(body.rows).forEach(function (row, at) {
      if (row.className === "more") { rows[rows.length - 1].more.push(row); return; }
      rows.push({ row: row, key: key(row.cells[column]), at: at, more: [] });
    });
    rows.sort(function (a, b) {
      var order = compare(a.key, b.key);
      return (down ? -order : order) || a.at - b.at;
    });
    rows.forEach(function (one) {
      body.appendChild(one.row);
      one.more.forEach(function (row) { body.appendChild(row); });
    });
  }
  document.querySelectorAll("main table").forEach(function (table) {
    if (!table.tHead || 4 > table.tBodies[0].rows.length) { return; }
    Array.from(table.tHead.rows[0].cells).forEach(function (cell, column) {
      if (!cell.textContent) { return; }
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = cell.textContent;
      cell.textContent = "";
      cell.appendChild(button);
      button.addEventListener("click", function () {
        var down = cell.getAttribute("aria-sort") !== "descending";
        if (!cell.classList.contains("num")) { down = cell.getAttribute("aria-sort") === "ascending"; }
        Array.from(table.tHead.rows[0].cells).forEach(function (other) { other.removeAttribute("aria-sort"); });
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(table, column, down);
      });
    });
  });

  function open() {
    var id = decodeURIComponent(window.location.hash.slice(1));
    var entry = id ? document.getElementById(id) : null;
    if (entry ? entry.tagName === "DETAILS" : false) {
      entry.hidden = false;
      entry.open = true;
      entry.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", open);
  open();

  var list = document.getElementById("list");
  if (!list) { return; }
  var entries = Array.from(list.children);
  var controls = document.querySelector(".controls");
  var filter = document.getElementById("filter");
  var shown = document.getElementById("shown");
  var texts = entries.map(function (entry) { return entry.textContent.toLowerCase(); });
  controls.hidden = false;
  function apply() {
    var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    var count = 0;
    entries.forEach(function (entry, at) {
      var fits = words.every(function (word) { return texts[at].includes(word); });
      entry.hidden = !fits;
      if (fits) { count += 1; }
    });
    shown.textContent = count + " of " + entries.length + " shown";
  }
  filter.addEventListener("input", apply);
  apply();
  controls.querySelectorAll("[data-by]").forEach(function (button) {
    button.addEventListener("click", function () {
      var by = button.dataset.by;
      var sorted = entries.slice();
      sorted.sort(function (a, b) {
        if (by === "usd") { return Number(b.dataset.usd) - Number(a.dataset.usd); }
        return a.dataset[by].localeCompare(b.dataset[by], "en");
      });
      sorted.forEach(function (entry) { list.appendChild(entry); });
    });
  });
  var all = document.getElementById("open-all");
  all.addEventListener("click", function () {
    var opening = all.textContent === "Open all";
    entries.forEach(function (entry) { entry.open = opening; });
    all.textContent = opening ? "Close all" : "Open all";
  });
})();
