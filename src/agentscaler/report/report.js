// The map of the domains on a canvas: drag to move, wheel or buttons to zoom, a press opens the domain.
(function () {
  "use strict";
  var canvas = document.getElementById("atlas");
  if (!canvas) return;
  var data = JSON.parse(document.getElementById("atlas-data").textContent);
  var told = document.getElementById("told");
  var find = document.getElementById("find");
  var dots = data.dots.map(function (d) {
    return { x: d[0], y: d[1], r: d[2], color: d[3], id: d[4], name: d[5], tools: d[6], field: d[7], services: d[8], ringed: d[9], lit: true };
  });
  dots.forEach(function (d) { d.text = (d.name + " " + d.services + " " + d.field).toLowerCase(); });
  var bySize = dots.slice().sort(function (a, b) { return b.r - a.r; });
  var near = dots.map(function () { return []; });
  for (var n = 0; n < data.near.length; n += 2) {
    near[data.near[n]].push(data.near[n + 1]);
    near[data.near[n + 1]].push(data.near[n]);
  }
  var ctx = canvas.getContext("2d");
  var width = 0, height = 0, base = 1, most = 40;
  var view = { x: data.size[0] / 2, y: data.size[1] / 2, k: 1 };
  var over = -1, waiting = false, some = false, style = {};

  // ---- drawing ----
  function colors() {
    var from = getComputedStyle(document.documentElement);
    ["ink", "card", "quiet", "tie", "accent"].forEach(function (n) { style[n] = from.getPropertyValue("--" + n).trim(); });
    dots.forEach(function (d) { if (!style[d.color]) style[d.color] = null; });
    Object.keys(style).forEach(function (n) { if (/^\d+$/.test(n)) style[n] = from.getPropertyValue("--f" + n).trim(); });
    style.font = from.getPropertyValue("--sans").trim() || "sans-serif";
    again();
  }
  function size() {
    var box = canvas.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
    width = box.width; height = box.height;
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    base = Math.min(width / data.size[0], height / data.size[1]);
    again();
  }
  function again() {
    if (!waiting) { waiting = true; requestAnimationFrame(draw); }
  }
  function scale() { return base * view.k; }
  function px(x) { return (x - view.x) * scale() + width / 2; }
  function py(y) { return (y - view.y) * scale() + height / 2; }
  function radius(d) { return Math.max(1.2, d.r * base * Math.pow(view.k, 0.62)); }
  function inside(x, y, r) { return x > -r && y > -r && x < width + r && y < height + r; }

  function draw() {
    waiting = false;
    var ratio = window.devicePixelRatio || 1;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    ties();
    var groups = {}, rings = [];
    for (var i = 0; i < dots.length; i++) {
      var d = dots[i], x = px(d.x), y = py(d.y), r = radius(d);
      if (!inside(x, y, r)) continue;
      var key = d.color + (d.lit ? "+" : "-");
      (groups[key] = groups[key] || []).push(x, y, r);
      if (d.ringed) rings.push(x, y, r, d.lit);
    }
    Object.keys(groups).sort().reverse().forEach(function (key) {
      circles(groups[key], style[key.slice(0, -1)], key.slice(-1) === "+" ? 0.9 : 0.12);
    });
    ctx.lineWidth = 1.6; ctx.strokeStyle = style.ink;
    for (var n = 0; n < rings.length; n += 4) {
      ctx.globalAlpha = rings[n + 3] ? 1 : 0.15;
      ctx.beginPath(); ctx.arc(rings[n], rings[n + 1], rings[n + 2], 0, 7); ctx.stroke();
    }
    ctx.globalAlpha = 1;
    if (over >= 0) {
      ctx.lineWidth = 2.5;
      ctx.beginPath(); ctx.arc(px(dots[over].x), py(dots[over].y), radius(dots[over]) + 1, 0, 7); ctx.stroke();
    }
    names();
  }
  function circles(list, color, alpha) {
    ctx.globalAlpha = alpha; ctx.fillStyle = color;
    ctx.beginPath();
    for (var n = 0; n < list.length; n += 3) {
      ctx.moveTo(list[n] + list[n + 2], list[n + 1]);
      ctx.arc(list[n], list[n + 1], list[n + 2], 0, 7);
    }
    ctx.fill();
  }
  function lines(pairs, alpha) {
    ctx.globalAlpha = alpha; ctx.strokeStyle = style.tie; ctx.lineWidth = 0.7;
    ctx.beginPath();
    for (var n = 0; n < pairs.length; n += 2) {
      var a = dots[pairs[n]], b = dots[pairs[n + 1]];
      ctx.moveTo(px(a.x), py(a.y)); ctx.lineTo(px(b.x), py(b.y));
    }
    ctx.stroke(); ctx.globalAlpha = 1;
  }
  function ties() {
    lines(data.lines, some ? 0.05 : 0.12);
    if (over >= 0) {
      var own = [];
      near[over].forEach(function (other) { own.push(over, other); });
      lines(own, 0.8);
    }
  }
  // Names go where there is room: services first, then, closer by, domains from the largest on.
  function names() {
    var taken = [];
    function put(text, x, y, bold) {
      var half = text.length * (bold ? 3.5 : 3.2) + 4;
      if (x < half || x > width - half || y < 10 || y > height - 6) return;
      for (var i = 0; i < taken.length; i++) {
        var t = taken[i];
        if (Math.abs(t[0] - x) < t[2] + half && Math.abs(t[1] - y) < 15) return;
      }
      taken.push([x, y, half]);
      ctx.font = (bold ? "600 11.5px " : "11px ") + style.font;
      ctx.strokeText(text, x, y); ctx.fillText(text, x, y);
    }
    ctx.textAlign = "center"; ctx.textBaseline = "middle"; ctx.lineJoin = "round"; ctx.lineWidth = 3.5;
    ctx.strokeStyle = style.card; ctx.fillStyle = style.ink;
    if (over >= 0) put(dots[over].name, px(dots[over].x), py(dots[over].y) - radius(dots[over]) - 9, true);
    if (view.k < 7 && !some) data.islands.forEach(function (i) { put(i[2], px(i[0]), py(i[1]), true); });
    if (view.k < 2.4 && !some) return;
    for (var n = 0; n < bySize.length && taken.length < 160; n++) {
      var d = bySize[n], x = px(d.x), y = py(d.y);
      if (d.lit && inside(x, y, 0)) put(d.name, x, y + radius(d) + 8, false);
    }
  }

  // ---- moving ----
  function bound() {
    view.k = Math.min(most, Math.max(1, view.k));
    var w = width / scale() / 2, h = height / scale() / 2;
    view.x = w * 2 >= data.size[0] ? data.size[0] / 2 : Math.min(data.size[0] - w * 0.6, Math.max(w * 0.6, view.x));
    view.y = h * 2 >= data.size[1] ? data.size[1] / 2 : Math.min(data.size[1] - h * 0.6, Math.max(h * 0.6, view.y));
    canvas.style.touchAction = view.k > 1.01 ? "none" : "pan-y";
    again();
  }
  function zoom(factor, x, y) {
    var before = scale(), k = Math.min(most, Math.max(1, view.k * factor));
    var wx = view.x + (x - width / 2) / before, wy = view.y + (y - height / 2) / before;
    view.k = k;
    view.x = wx - (x - width / 2) / scale(); view.y = wy - (y - height / 2) / scale();
    bound();
  }
  var flight = 0;
  function fly(to) {
    cancelAnimationFrame(flight);
    var from = { x: view.x, y: view.y, k: view.k }, start = performance.now();
    var still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    function step(now) {
      var t = still ? 1 : Math.min(1, (now - start) / 260), e = t * (2 - t);
      view.k = from.k * Math.pow(to.k / from.k, e);
      view.x = from.x + (to.x - from.x) * e; view.y = from.y + (to.y - from.y) * e;
      bound();
      if (t < 1) flight = requestAnimationFrame(step);
    }
    flight = requestAnimationFrame(step);
  }
  function place(event) {
    var box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
  function at(p) {
    var best = -1, least = 1e9;
    for (var i = 0; i < dots.length; i++) {
      var far = Math.hypot(px(dots[i].x) - p.x, py(dots[i].y) - p.y) - radius(dots[i]);
      if (far < 4 && far < least) { least = far; best = i; }
    }
    return best;
  }
  function tell(i) {
    if (i === over) return;
    over = i;
    canvas.style.cursor = i >= 0 ? "pointer" : "grab";
    if (i >= 0) told.textContent = dots[i].name + ": " + dots[i].tools + " tools, " + dots[i].field + "; " + dots[i].services;
    again();
  }
  var down = {}, moved = 0;
  canvas.addEventListener("pointerdown", function (event) {
    down[event.pointerId] = place(event); moved = 0;
    canvas.setPointerCapture(event.pointerId);
    cancelAnimationFrame(flight);
  });
  canvas.addEventListener("pointermove", function (event) {
    var now = place(event), before = down[event.pointerId], ids = Object.keys(down);
    if (!before) { tell(at(now)); return; }
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    if (ids.length === 2) {
      var other = down[ids[0] === String(event.pointerId) ? ids[1] : ids[0]];
      var was = Math.hypot(before.x - other.x, before.y - other.y), is = Math.hypot(now.x - other.x, now.y - other.y);
      if (was > 0) zoom(is / was, (now.x + other.x) / 2, (now.y + other.y) / 2);
    } else if (event.pointerType !== "touch" || view.k > 1.01) {
      view.x -= (now.x - before.x) / scale(); view.y -= (now.y - before.y) / scale();
      bound();
    }
    down[event.pointerId] = now;
  });
  function up(event) {
    var was = down[event.pointerId];
    delete down[event.pointerId];
    if (event.type !== "pointerup" || !was || moved > 5) return;
    var i = at(place(event));
    if (event.pointerType === "touch" && i !== over) { tell(i); return; }
    if (i >= 0) location.href = "domains.html#" + dots[i].id;
  }
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", function () { tell(-1); });
  canvas.addEventListener("dblclick", function (event) { var p = place(event); zoom(2, p.x, p.y); });
  canvas.addEventListener("wheel", function (event) {
    if (document.activeElement !== canvas && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    var p = place(event);
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), p.x, p.y);
  }, { passive: false });
  canvas.addEventListener("keydown", function (event) {
    var step = 90 / scale();
    var keys = {
      ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step]
    };
    if (keys[event.key]) { view.x += keys[event.key][0]; view.y += keys[event.key][1]; bound(); }
    else if (event.key === "+" || event.key === "=") zoom(1.5, width / 2, height / 2);
    else if (event.key === "-") zoom(1 / 1.5, width / 2, height / 2);
    else if (event.key === "0" || event.key === "Escape") whole();
    else return;
    event.preventDefault();
  });
  function whole() { fly({ x: data.size[0] / 2, y: data.size[1] / 2, k: 1 }); }
  var how = { "in": function () { fly({ x: view.x, y: view.y, k: Math.min(most, view.k * 2) }); }, out: function () { fly({ x: view.x, y: view.y, k: Math.max(1, view.k / 2) }); }, all: whole };
  document.querySelectorAll("[data-zoom]").forEach(function (button) {
    button.addEventListener("click", how[button.dataset.zoom]);
  });

  // ---- choosing ----
  var pressed = {};
  function light() {
    var fields = Object.keys(pressed).filter(function (f) { return pressed[f]; });
    var words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    some = fields.length > 0 || words.length > 0;
    dots.forEach(function (d) {
      d.lit = (!fields.length || fields.indexOf(d.field) >= 0) && words.every(function (w) { return d.text.indexOf(w) >= 0; });
    });
    if (words.length) told.textContent = dots.filter(function (d) { return d.lit; }).length + " domains; Enter shows them";
    again();
  }
  document.querySelectorAll(".legend button").forEach(function (button) {
    button.addEventListener("click", function () {
      var on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      pressed[button.dataset.field] = on;
      light();
    });
  });
  find.addEventListener("input", light);
  find.addEventListener("keydown", function (event) {
    var lit = dots.filter(function (d) { return d.lit; });
    if (event.key !== "Enter" || !lit.length || !find.value) return;
    var xs = lit.map(function (d) { return d.x; }), ys = lit.map(function (d) { return d.y; });
    var x = [Math.min.apply(null, xs), Math.max.apply(null, xs)], y = [Math.min.apply(null, ys), Math.max.apply(null, ys)];
    var k = Math.min(width / base / (x[1] - x[0] + 60), height / base / (y[1] - y[0] + 60), 12);
    fly({ x: (x[0] + x[1]) / 2, y: (y[0] + y[1]) / 2, k: Math.max(1, k) });
  });

  window.addEventListener("resize", size);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", colors);
  colors();
  size();
})();
