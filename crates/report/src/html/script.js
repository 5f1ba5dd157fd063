"use strict";
/* The page reads the same without this: it copies identities and opens details for print. */
(function () {
  function done(button, text) {
    button.textContent = text;
    window.setTimeout(function () { button.textContent = "Copy"; }, 1500);
  }
  function select(button) {
    var range = document.createRange();
    range.selectNodeContents(button.previousElementSibling);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    var copied = false;
    try { copied = document.execCommand("copy"); } catch (error) { copied = false; }
    done(button, copied ? "Copied" : "Selected");
  }
  document.querySelectorAll("button.copy").forEach(function (button) {
    button.hidden = false;
  });
  document.addEventListener("click", function (event) {
    var button = event.target;
    if (button.className !== "copy") { return; }
    if (navigator.clipboard) {
      navigator.clipboard.writeText(button.dataset.copy).then(
        function () { done(button, "Copied"); },
        function () { select(button); }
      );
    } else {
      select(button);
    }
  });
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details:not([open]):not(.incident):not(.fold)"));
    opened.forEach(function (details) { details.open = true; });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (details) { details.open = false; });
  });
})();
