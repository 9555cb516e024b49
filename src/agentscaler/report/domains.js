// The dependency graph of one domain: producers left, what they feed right; a press on a tool says who supplies its parameters and what it feeds.
(function () {
  "use strict";
  var svg = document.getElementById("flow");
  if (!svg) return;
  var data = JSON.parse(document.getElementById("flows").textContent);
  var words = data.words, byId = new Map();
  data.domains.forEach(function (d) { byId.set(d[0], d); });
  var find = document.getElementById("find"), list = document.getElementById("list");
  var about = document.getElementById("about"), more = document.getElementById("more"), title = document.getElementById("name");
  var SUPPLIERS = { tools: "other tools", user: "the user", constant: "the definition", nobody: "nobody" };
  var LINE = 26, GAP = 90, CHAR = 6.9, LONGEST = 34;

  function el(name, attributes, text) {
    var one = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(attributes || {}).forEach(function (a) { one.setAttribute(a, attributes[a]); });
    if (text !== undefined) one.textContent = text;
    return one;
  }
  function html(name, text, kind) {
    var one = document.createElement(name);
    if (text !== undefined) one.textContent = text;
    if (kind) one.className = kind;
    return one;
  }
  function count(n, one, many) { return n + " " + (n === 1 ? one : many); }

  function tools(domain) {
    return domain[3].map(function (t, at) {
      return {
        at: at, name: words[t[0]], reads: t[1] === 1,
        wants: t[2].map(function (w) {
          return {
            parameter: words[w[0]], supplier: words[w[1]], reason: words[w[2]],
            feeds: w[3].map(function (f) { return { from: f[0] >= 0 ? f[0] : -1, name: f[0] >= 0 ? "" : words[-1 - f[0]], field: words[f[1]], score: f[2], reason: words[f[3]] }; })
          };
        })
      };
    });
  }
  // One line a parameter, from the best producer inside the domain.
  function ties(found) {
    var out = [];
    found.forEach(function (t) {
      t.wants.forEach(function (w) {
        var best = w.feeds.filter(function (f) { return f.from >= 0 && f.from !== t.at; })[0];
        if (best) out.push({ from: best.from, to: t.at, parameter: w.parameter, field: best.field, reason: best.reason, score: best.score });
      });
    });
    return out;
  }
  function columns(found, edges) {
    var into = found.map(function () { return []; }), tied = {}, depth = found.map(function () { return -1; }), open = {};
    edges.forEach(function (e) { into[e.to].push(e.from); tied[e.from] = tied[e.to] = true; });
    function deep(at) {
      if (depth[at] >= 0 || open[at]) return Math.max(0, depth[at]);
      open[at] = true;
      var above = into[at].map(function (from) { return open[from] ? 0 : deep(from) + 1; });
      open[at] = false;
      depth[at] = Math.min(5, Math.max.apply(null, [0].concat(above)));
      return depth[at];
    }
    var layers = [];
    found.forEach(function (t) {
      if (tied[t.at]) { var d = deep(t.at); (layers[d] = layers[d] || []).push(t.at); }
    });
    layers = layers.filter(Boolean);
    var row = {};
    for (var turn = 0; turn < 4; turn++) {
      layers.forEach(function (layer, depthOf) {
        var want = {};
        layer.forEach(function (at, n) {
          var near = edges.filter(function (e) { return (e.to === at && row[e.from] !== undefined) || (turn > 0 && e.from === at && row[e.to] !== undefined); })
            .map(function (e) { return row[e.to === at ? e.from : e.to]; });
          want[at] = near.length ? near.reduce(function (a, b) { return a + b; }, 0) / near.length : (row[at] === undefined ? n : row[at]);
        });
        layer.sort(function (a, b) { return want[a] - want[b] || a - b; });
        layer.forEach(function (at, n) { row[at] = (n + 0.5) / layer.length; });
      });
    }
    return { layers: layers, alone: found.filter(function (t) { return !tied[t.at]; }).map(function (t) { return t.at; }) };
  }

  function show() {
    var domain = byId.get(location.hash.slice(1));
    if (!domain) return;
    var found = tools(domain), edges = ties(found), placed = columns(found, edges);
    title.textContent = domain[1];
    var lost = 0, fed = 0, outside = 0;
    found.forEach(function (t) { t.wants.forEach(function (w) {
      if (w.supplier === "nobody") lost++;
      if (w.supplier === "tools") { if (w.feeds.some(function (f) { return f.from >= 0; })) fed++; else outside++; }
    }); });
    about.textContent = count(found.length, "tool", "tools") + ". " + count(fed, "required parameter is", "required parameters are") + " fed from inside, " + outside + " from another domain, " + lost + " by nobody. White tools read, tinted ones do more.";
    if (domain[2]) {
      var link = html("a", "Its world is in this report.");
      link.href = domain[2];
      about.append(" ", link);
    }
    document.title = domain[1] + ": who feeds whom";
    list.querySelectorAll("a[aria-current]").forEach(function (a) { a.removeAttribute("aria-current"); });
    var mine = list.querySelector('a[href="#' + domain[0] + '"]');
    if (mine) mine.setAttribute("aria-current", "true");
    drawn(found, edges, placed);
    more.replaceChildren();
    document.getElementById("one").scrollIntoView();
  }

  function drawn(found, edges, placed) {
    svg.replaceChildren();
    svg.classList.remove("some");
    var boxes = {}, x = 4, tallest = Math.max.apply(null, [1].concat(placed.layers.map(function (l) { return l.length; })));
    placed.layers.forEach(function (layer) {
      var widest = 0, y = 8 + (tallest - layer.length) * LINE / 2;
      layer.forEach(function (at) {
        boxes[at] = { x: x, y: y, w: wide(found[at]) };
        widest = Math.max(widest, boxes[at].w);
        y += LINE;
      });
      x += widest + GAP;
    });
    var right = Math.max(x - GAP, 0), bottom = placed.layers.length ? 8 + tallest * LINE : 0;
    if (placed.alone.length) {
      svg.append(el("text", { x: 4, y: bottom + 22, "class": "title" }, "neither fed by a tool of the domain nor feeding one"));
      var ax = 4, ay = bottom + 32, limit = Math.max(right, 900);
      placed.alone.forEach(function (at) {
        var w = wide(found[at]);
        if (ax > 4 && ax + w > limit) { ax = 4; ay += LINE; }
        boxes[at] = { x: ax, y: ay, w: w };
        ax += w + 10; right = Math.max(right, ax);
      });
      bottom = ay + LINE;
    }
    var paths = edges.map(function (e) {
      var path = wire(boxes[e.from], boxes[e.to]);
      path.append(el("title", {}, found[e.from].name + " . " + e.field + " → " + found[e.to].name + " . " + e.parameter + " (" + e.reason + ", " + e.score.toFixed(2) + ")"));
      svg.append(path);
      return path;
    });
    var nodes = [];
    found.forEach(function (t) {
      var b = boxes[t.at], lost = t.wants.some(function (w) { return w.supplier === "nobody"; });
      var g = el("g", { "class": "node" + (t.reads ? "" : " writes") + (lost ? " lost" : ""), tabindex: "0", role: "button", "aria-label": t.name });
      g.append(el("title", {}, t.name + (lost ? ": nobody can supply one of its parameters" : "")));
      g.append(el("rect", { x: b.x, y: b.y, width: b.w, height: LINE - 6, rx: 5 }));
      g.append(el("text", { x: b.x + 8, y: b.y + 14 }, clip(t.name)));
      g.addEventListener("click", function () { choose(t.at); });
      g.addEventListener("keydown", function (event) { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(t.at); } });
      nodes.push(g);
      svg.append(g);
    });
    svg.setAttribute("width", right + 60);
    svg.setAttribute("height", bottom + 8);

    function choose(at) {
      svg.querySelectorAll(".label").forEach(function (l) { l.remove(); });
      svg.classList.add("some");
      nodes.forEach(function (g, n) { g.classList.toggle("chosen", n === at); g.classList.remove("near"); });
      var said = {};
      edges.forEach(function (e, n) {
        paths[n].classList.toggle("in", e.to === at);
        paths[n].classList.toggle("out", e.from === at);
        if (e.to === at) nodes[e.from].classList.add("near");
        if (e.from === at) nodes[e.to].classList.add("near");
        if (e.to === at) said[e.from] = (said[e.from] ? said[e.from] + ", " : "") + e.parameter;
      });
      Object.keys(said).forEach(function (from) {
        svg.append(el("text", { x: boxes[from].x + boxes[from].w + 6, y: boxes[from].y + 4, "class": "label" }, said[from]));
      });
      more.replaceChildren(told(found, at));
    }
  }
  function clip(name) { return name.length > LONGEST ? name.slice(0, LONGEST - 1) + "…" : name; }
  function wide(tool) { return Math.round(clip(tool.name).length * CHAR + 18); }
  function wire(a, b) {
    var y1 = a.y + (LINE - 6) / 2, y2 = b.y + (LINE - 6) / 2;
    if (b.x > a.x + a.w) {
      var bend = Math.min(120, (b.x - a.x - a.w) / 2);
      return el("path", { d: "M" + (a.x + a.w) + " " + y1 + "C" + (a.x + a.w + bend) + " " + y1 + " " + (b.x - bend) + " " + y2 + " " + b.x + " " + y2 });
    }
    var out = Math.max(a.x + a.w, b.x + b.w) + 30;
    return el("path", { d: "M" + (a.x + a.w) + " " + y1 + "C" + out + " " + y1 + " " + out + " " + y2 + " " + (b.x + b.w) + " " + y2 });
  }

  function told(found, at) {
    var box = html("div"), tool = found[at];
    box.append(html("h3", tool.name));
    if (!tool.wants.length) box.append(html("p", "It has no required parameter.", "quiet"));
    else box.append(table(["required parameter", "supplied by", "producer", "score", "why"], supplied(found, tool)));
    var feeds = [];
    found.forEach(function (t) { t.wants.forEach(function (w) { w.feeds.forEach(function (f) {
      if (f.from === at) feeds.push([t.name, w.parameter, f.field, f.score.toFixed(2), f.reason]);
    }); }); });
    box.append(html("h3", "Its results feed, inside the domain"));
    box.append(feeds.length ? table(["tool", "parameter", "from", "score", "why"], feeds) : html("p", "No required parameter that is known.", "quiet"));
    return box;
  }
  function supplied(found, tool) {
    var rows = [];
    tool.wants.forEach(function (w) {
      if (!w.feeds.length) rows.push([w.parameter, SUPPLIERS[w.supplier] || w.supplier, "", "", w.reason]);
      w.feeds.forEach(function (f, n) {
        rows.push([n ? "" : w.parameter, n ? "" : SUPPLIERS[w.supplier] || w.supplier, (f.from >= 0 ? found[f.from].name : f.name) + (f.field ? " . " + f.field : ""), f.score.toFixed(2), f.reason]);
      });
    });
    return rows;
  }
  function table(heads, rows) {
    var box = html("div", undefined, "scroll"), one = html("table"), head = html("thead"), body = html("tbody"), line = html("tr");
    heads.forEach(function (h) { line.append(html("th", h, h === "score" ? "number" : "")); });
    head.append(line);
    rows.forEach(function (row) {
      var tr = html("tr");
      row.forEach(function (cell, n) {
        var td = html("td", undefined, heads[n] === "score" ? "number" : "");
        if (heads[n] === "why" || heads[n] === "supplied by" || heads[n] === "score") td.textContent = cell;
        else if (cell) td.append(html("code", cell));
        tr.append(td);
      });
      body.append(tr);
    });
    one.append(head, body);
    box.append(one);
    return box;
  }

  find.addEventListener("input", function () {
    var wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    Array.prototype.forEach.call(list.children, function (li) {
      var text = li.textContent.toLowerCase();
      li.hidden = !wanted.every(function (w) { return text.indexOf(w) >= 0; });
    });
  });
  window.addEventListener("hashchange", show);
  if (byId.has(location.hash.slice(1))) show();
  else if (data.domains.length === 1) location.hash = data.domains[0][0];
})();
