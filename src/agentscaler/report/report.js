// The map: the name of the dot pointed at is written below it; a field pressed in the legend stands out.
(function () {
  "use strict";
  var atlas = document.getElementById("atlas");
  var told = document.getElementById("told");
  if (!atlas || !told) return;

  function tell(event) {
    var dot = event.target;
    if (dot.tagName === "a") dot = dot.querySelector("circle");
    if (!dot || dot.tagName !== "circle") return;
    var title = dot.querySelector("title");
    if (title) told.textContent = title.textContent;
  }
  atlas.addEventListener("pointerover", tell);
  atlas.addEventListener("click", tell);
  atlas.addEventListener("focusin", tell);

  var buttons = document.querySelectorAll(".legend button");
  var pressed = [];
  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      var on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      var field = "f" + button.dataset.field;
      pressed = on ? pressed.concat(field) : pressed.filter(function (f) { return f !== field; });
      atlas.classList.toggle("some", pressed.length > 0);
      atlas.querySelectorAll("circle").forEach(function (dot) {
        dot.classList.toggle("lit", pressed.some(function (f) { return dot.classList.contains(f); }));
      });
    });
  });
})();
