// The list of rollouts: rows that are not chosen are hidden; the choice stands in the address.
(function () {
  "use strict";
  var rows = document.querySelectorAll("#rollouts tbody tr");
  var filters = document.querySelectorAll("select[data-filter]");
  var shown = document.getElementById("shown");

  function choose() {
    var count = 0;
    var chosen = [];
    filters.forEach(function (filter) {
      if (filter.value) chosen.push(filter.dataset.filter + "=" + encodeURIComponent(filter.value));
    });
    rows.forEach(function (row) {
      var good = Array.prototype.every.call(filters, function (filter) {
        return !filter.value || row.dataset[filter.dataset.filter] === filter.value;
      });
      row.hidden = !good;
      count += good ? 1 : 0;
    });
    shown.textContent = count + " of " + rows.length + " rollouts";
    history.replaceState(null, "", chosen.length ? "#" + chosen.join("&") : "#");
  }

  window.location.hash.slice(1).split("&").forEach(function (part) {
    var pair = part.split("=");
    filters.forEach(function (filter) {
      if (filter.dataset.filter === pair[0] && pair[1]) filter.value = decodeURIComponent(pair[1]);
    });
  });
  filters.forEach(function (filter) { filter.addEventListener("change", choose); });
  choose();
})();
