(() => {
    const FIRST_ROWS = 20;
    const MORE_ROWS = 200;
    /** Of a pointer, in the picture's pixels: less is a click. */
    const LEAST_DRAG = 3;

    const data = JSON.parse(document.getElementById("sweep").textContent);
    const {keys, candidates} = data;
    const byId = id => document.getElementById(id);

    function put(parent, node, attributes, text) {
        Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
        if (text != null) {
            node.textContent = text;
        }
        parent.append(node);
        return node;
    }

    const element = (parent, name, attributes = {}, text) =>
        put(parent, document.createElement(name), attributes, text);
    const shape = (parent, name, attributes = {}, text) =>
        put(parent, document.createElementNS("http://www.w3.org/2000/svg", name), attributes, text);
    const picture = (parent, width, height, shows) =>
        shape(parent, "svg", {viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": shows});

    /** Round numbers, about so many, within a range. */
    function round(low, high, count) {
        const rough = (high - low) / count;
        if (!(rough > 0)) {
            return [low];
        }
        const power = 10 ** Math.floor(Math.log10(rough));
        const step = power * [1, 2, 5, 10].find(factor => factor * power >= rough * (1 - 1e-9));
        const values = [];
        for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            values.push(i * step);
        }
        return values;
    }

    /** Powers of ten within a range; if there are few, twice and five times them as well. */
    function roundLogs(low, high) {
        const wide = Math.log10(high / low) > 2;
        const values = [];
        for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
            (wide ? [1] : [1, 2, 5]).forEach(factor => values.push(Number(factor + "e" + power)));
        }
        return values.filter(value => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
    }

    const logLabel = value => value < 1e-3 || value >= 1e6 ? value.toExponential() : String(value);

    /** An axis: where a number stands between 0 and 1, and what is written there, each [place, label]. */
    function axisOf(key, count) {
        const {low, high} = key;
        if (key.scale === "choice") {
            const at = index => (index + 0.5) / key.values.length;
            const every = Math.ceil(key.values.length / (2 * count));
            return {at, labels: key.values.map((value, i) => [at(i), value]).filter((label, i) => i % every === 0)};
        }
        const log = key.scale === "log";
        const on = log ? Math.log : value => value;
        const at = value => high > low ? (on(value) - on(low)) / (on(high) - on(low)) : 0.5;
        const values = log ? roundLogs(low, high) : round(low, high, count);
        const labels = log ? values.map(logLabel) : ticks(values);
        return {at, labels: values.map((value, i) => [at(value), labels[i]])};
    }

    /** A candidate's value as a number on its key's axis; null where it has none. */
    function numberOf(candidate, k) {
        const text = candidate.values[k];
        if (text == null) {
            return null;
        }
        return keys[k].scale === "choice" ? keys[k].values.indexOf(text) : Number(text);
    }

    const scores = candidates.map(candidate => candidate.score).filter(score => score != null);
    const scoreKey = {
        key: "score", scale: "linear", low: Math.min(...scores), high: Math.max(...scores),
    };
    const columns = [
        ...keys.map((key, k) => ({key, of: candidate => numberOf(candidate, k)})),
        ...scores.length ? [{key: scoreKey, of: candidate => candidate.score}] : [],
    ];

    // Places by score: 1 is the best, 0 the last and those without a score.
    const sorted = [...candidates].sort((a, b) => (a.score ?? -Infinity) - (b.score ?? -Infinity));
    sorted.forEach((candidate, i) => {
        candidate.standing = candidate.score == null ? 0 : i / Math.max(1, sorted.length - 1);
    });

    // What is shown of each candidate, and changes with the selection.
    const shown = new Map(candidates.map(candidate => [candidate, []]));
    const brushes = new Map();

    function isSelected(candidate) {
        return [...brushes].every(([axis, [low, high]]) => {
            const place = axis.place(candidate);
            return place != null && place >= low && place <= high;
        });
    }

    function select() {
        let count = 0;
        candidates.forEach(candidate => {
            candidate.selected = isSelected(candidate);
            count += candidate.selected;
            shown.get(candidate).forEach(node => node.classList.toggle("out", !candidate.selected));
        });
        byId("selected").textContent = brushes.size === 0
            ? ""
            : `${count.toLocaleString("en-US")} of ${candidates.length.toLocaleString("en-US")} are selected.`;
        byId("all").hidden = brushes.size === 0;
        fillLeaders();
    }

    const lines = new Map();

    /** What a line or a dot of a picture says when it is pointed at. Written then: there are thousands of them. */
    function explained(svg, nodes) {
        svg.addEventListener("mouseover", event => {
            const candidate = nodes.get(event.target);
            if (candidate && event.target.childNodes.length === 0) {
                const score = candidate.score == null ? "no score" : "score " + number(candidate.score);
                const rank = candidate.rank == null ? "" : `rank ${whole(candidate.rank)}, `;
                shape(event.target, "title", {}, `${rank}${score}, ${candidate.state}\n`
                    + keys.filter((key, k) => candidate.values[k] != null)
                        .map(key => `${key.key} ${candidate.values[keys.indexOf(key)]}`).join("\n"));
            }
        });
    }

    function drawParallel() {
        const [width, top, bottom, side] = [1060, 50, 330, 80];
        // Below the axis are those that have no value there.
        const nowhere = bottom + 25;
        const gaps = candidates.some(candidate => columns.some(({of}) => of(candidate) == null));
        const height = gaps ? nowhere + 10 : bottom + 10;
        const svg = picture(byId("parallel"), width, height, "parallel coordinates of all points");
        const drawn = shape(svg, "g");
        const nodes = new Map();
        explained(svg, nodes);
        if (gaps) {
            shape(svg, "text", {x: 5, y: nowhere + 4}, "no value");
        }
        const axes = columns.map(({key, of}, i) => {
            const x = columns.length === 1
                ? width / 2
                : side + i * (width - 2 * side) / (columns.length - 1);
            const {at, labels} = axisOf(key, 5);
            const place = candidate => of(candidate) == null ? null : at(of(candidate));
            const y = place => bottom - place * (bottom - top);
            shape(svg, "line", {class: "axis", x1: x, x2: x, y1: top, y2: bottom});
            shape(svg, "text", {class: "name", x, y: i % 2 === 0 ? 14 : 32, "text-anchor": "middle"}, key.key);
            labels.forEach(([place, label]) =>
                shape(svg, "text", {x: x + 5, y: y(place) + 4}, label.length > 16 ? label.slice(0, 15) + "…" : label));
            const axis = {x, y, place};
            brushed(svg, axis, top, bottom, height);
            return axis;
        });
        sorted.forEach(candidate => {
            const points = axes.map(axis => {
                const place = axis.place(candidate);
                return axis.x.toFixed(1) + " " + (place == null ? nowhere : axis.y(place)).toFixed(1);
            });
            const strength = candidate.standing ** 3;
            const line = shape(drawn, "path", {
                class: "line",
                d: "M" + points.join("L"),
                style: `stroke: color-mix(in srgb, var(--series-0) ${Math.round(100 * strength)}%, var(--quiet)); `
                    + `opacity: ${(0.15 + 0.75 * strength).toFixed(3)}`,
            });
            lines.set(candidate, line);
            nodes.set(line, candidate);
            shown.get(candidate).push(line);
        });
    }

    /** An axis along which a part can be marked: candidates outside of it are left out everywhere. */
    function brushed(svg, axis, top, bottom, height) {
        const mark = shape(svg, "rect", {class: "brush", x: axis.x - 8, width: 16, y: top, height: 0});
        const hit = shape(svg, "rect", {
            class: "hit", x: axis.x - 16, width: 32, y: top - 8, height: bottom - top + 16,
        });
        let from = null;
        const at = event => {
            const box = svg.getBoundingClientRect();
            const y = (event.clientY - box.top) * height / box.height;
            return Math.min(bottom, Math.max(top, y));
        };
        const draw = to => {
            mark.setAttribute("y", Math.min(from, to));
            mark.setAttribute("height", Math.abs(to - from));
        };
        axis.clear = () => mark.setAttribute("height", 0);
        hit.addEventListener("pointerdown", event => {
            from = at(event);
            hit.setPointerCapture(event.pointerId);
        });
        hit.addEventListener("pointermove", event => from != null && draw(at(event)));
        hit.addEventListener("pointerup", event => {
            const to = at(event);
            if (Math.abs(to - from) < LEAST_DRAG) {
                brushes.delete(axis);
                axis.clear();
            } else {
                const place = y => (bottom - y) / (bottom - top);
                draw(to);
                brushes.set(axis, [place(Math.max(from, to)), place(Math.min(from, to))]);
            }
            from = null;
            select();
        });
    }

    /** A frame with labels; returns where a number stands in it. */
    function frame(svg, width, height, xKey, yKey) {
        const [left, right, top, bottom] = [58, width - 20, 10, height - 38];
        const x = axisOf(xKey, Math.round(width / 110));
        const y = axisOf(yKey, 4);
        const toX = value => left + x.at(value) * (right - left);
        const toY = value => bottom - y.at(value) * (bottom - top);
        y.labels.forEach(([place, label]) => {
            const at = bottom - place * (bottom - top);
            shape(svg, "line", {class: "grid", x1: left, x2: right, y1: at, y2: at});
            shape(svg, "text", {x: left - 6, y: at + 4, "text-anchor": "end"}, label);
        });
        x.labels.forEach(([place, label]) => shape(svg, "text", {
            x: left + place * (right - left), y: bottom + 16, "text-anchor": "middle",
        }, label));
        shape(svg, "text", {class: "name", x: (left + right) / 2, y: height - 5, "text-anchor": "middle"}, xKey.key);
        return {toX, toY, top, bottom};
    }

    function drawBest() {
        const {x, y, search, all} = data.best;
        if (x.length === 0) {
            nothing("best", "No score yet.");
            return;
        }
        const [width, height] = [1060, 260];
        const svg = picture(byId("best"), width, height, "best score by core-seconds");
        const {toX, toY, top, bottom} = frame(svg, width, height,
            {key: "core-seconds", scale: "linear", low: 0, high: all},
            {key: "score", scale: "linear", low: Math.min(...y), high: Math.max(...y)});
        const steps = x.map((at, i) => (i === 0 ? "M" + toX(at).toFixed(1) + " " : "H" + toX(at).toFixed(1) + "V")
            + toY(y[i]).toFixed(1));
        shape(svg, "path", {class: "step", d: steps.join("") + "H" + toX(search).toFixed(1)});
        if (search < all) {
            shape(svg, "line", {class: "until", x1: toX(search), x2: toX(search), y1: top, y2: bottom});
            shape(svg, "text", search > all / 2
                ? {x: toX(search) - 6, y: bottom - 8, "text-anchor": "end"}
                : {x: toX(search) + 6, y: bottom - 8}, "from here on: confirmation");
        }
    }

    function drawCurves() {
        const curves = data.curves;
        if (curves.length === 0) {
            nothing("curves", "No score yet.");
            return;
        }
        const [width, height] = [1060, 260];
        const svg = picture(byId("curves"), width, height, "learning curves of the best points");
        const {toX, toY} = frame(svg, width, height,
            {key: "environment steps", scale: "linear", low: 0, high: Math.max(...curves.flatMap(curve => curve.x))},
            {
                key: "score", scale: "linear",
                low: Math.min(...curves.flatMap(curve => curve.low)),
                high: Math.max(...curves.flatMap(curve => curve.high)),
            });
        // The best one last, above the others.
        [...curves].reverse().forEach(curve => {
            const candidate = candidates[curve.candidate];
            const of = shape(svg, "g", {class: "curve", style: `--own: var(--series-${curve.candidate})`});
            const along = values => values.map((value, i) => toX(curve.x[i]).toFixed(1) + " " + toY(value).toFixed(1));
            if (data.seeds > 1) {
                shape(of, "path", {
                    class: "band", d: "M" + [...along(curve.high), ...along(curve.low).reverse()].join("L") + "Z",
                });
            }
            shape(of, "path", {class: "step", d: "M" + along(curve.mean).join("L")});
            curve.mean.forEach((value, i) =>
                shape(of, "circle", {cx: toX(curve.x[i]).toFixed(1), cy: toY(value).toFixed(1), r: 3}));
            const end = curve.x.length - 1;
            shape(of, "text", {
                x: toX(curve.x[end]) - 6, y: toY(curve.mean[end]) - 7, "text-anchor": "end",
            }, "rank " + candidate.rank);
            shown.get(candidate).push(of);
        });
    }

    function drawKeys() {
        if (scores.length === 0) {
            nothing("keys", "No score yet.");
            return;
        }
        keys.forEach((key, k) => {
            const [width, height] = [340, 220];
            const svg = picture(byId("keys"), width, height, "score by " + key.key);
            const {toX, toY} = frame(svg, width, height, key, scoreKey);
            const nodes = new Map();
            explained(svg, nodes);
            candidates.forEach(candidate => {
                const value = numberOf(candidate, k);
                if (value != null && candidate.score != null) {
                    const dot = shape(svg, "circle", {
                        class: "dot " + candidate.state,
                        cx: toX(value).toFixed(1), cy: toY(candidate.score).toFixed(1), r: 2.5,
                    });
                    nodes.set(dot, candidate);
                    shown.get(candidate).push(dot);
                }
            });
        });
    }

    function nothing(id, text) {
        byId(id).textContent = text;
        byId(id).classList.add("nothing");
    }

    const whole = value => value.toLocaleString("en-US");
    const leaders = [
        {name: "rank", of: candidate => candidate.rank, text: whole, ascending: true},
        ...candidates.some(candidate => candidate.confirmed) ? [
            {name: "confirmed", of: candidate => candidate.confirmed?.[0]},
            {
                name: "95 % interval", of: candidate => candidate.confirmed?.[1],
                text: (low, {confirmed: [, , high, seeds]}) => `${number(low)} to ${number(high)} (${seeds} seeds)`,
            },
        ] : [],
        {name: data.seeds > 1 ? `score (mean of ${data.seeds} seeds)` : "score", of: candidate => candidate.score},
        {name: "state", of: candidate => candidate.state, text: state => state, ascending: true},
        {name: "steps", of: candidate => candidate.steps, text: whole},
        {name: "rounds", of: candidate => candidate.round, text: whole},
        {name: "seconds", of: candidate => candidate.seconds},
        ...keys.map((key, k) => ({
            name: key.key, of: candidate => numberOf(candidate, k), ascending: true,
            text: (value, candidate) => key.scale === "choice" ? candidate.values[k] : number(value),
        })),
    ];
    let order = {column: leaders[0], sign: 1};
    let rows = FIRST_ROWS;
    let body;

    /** Those without a value come last, however it is sorted. */
    function compare(a, b) {
        const [x, y] = [order.column.of(a), order.column.of(b)];
        if (x == null || y == null) {
            return (x == null) - (y == null);
        }
        return order.sign * (x < y ? -1 : x > y ? 1 : 0);
    }

    function drawLeaders() {
        const head = element(element(byId("leaders"), "thead"), "tr");
        leaders.forEach(column => {
            const button = element(element(head, "th", {scope: "col"}), "button", {type: "button"}, column.name);
            button.addEventListener("click", () => {
                order = {column, sign: order.column === column ? -order.sign : column.ascending ? 1 : -1};
                fillLeaders();
            });
        });
        element(head, "th");
        body = element(byId("leaders"), "tbody");
        byId("more").addEventListener("click", () => {
            rows += MORE_ROWS;
            fillLeaders();
        });
    }

    function fillLeaders() {
        body.replaceChildren();
        const selected = candidates.filter(candidate => candidate.selected).sort(compare);
        byId("more").hidden = selected.length <= rows;
        selected.slice(0, rows).forEach(candidate => {
            const row = element(body, "tr");
            leaders.forEach(({of, text = number}) => {
                const value = of(candidate);
                element(row, "td", {}, value == null ? "–" : text(value, candidate));
            });
            const button = element(element(row, "td"), "button", {type: "button"}, "Copy");
            button.addEventListener("click", () => copy(candidate, button));
            row.addEventListener("mouseenter", () => lines.get(candidate).classList.add("hovered"));
            row.addEventListener("mouseleave", () => lines.get(candidate).classList.remove("hovered"));
        });
    }

    /** For a shell: what is more than a plain word is quoted. */
    const word = text => /^[\w.,:=/+-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";

    function settings(candidate) {
        const values = keys.map((key, k) => candidate.values[k] == null ? null : key.key + "=" + candidate.values[k]);
        return [...values, candidate.seed == null ? null : "seed=" + candidate.seed]
            .filter(setting => setting != null)
            .map(setting => "--set " + word(setting))
            .join(" ");
    }

    function copy(candidate, button) {
        const place = byId("settings");
        place.value = settings(candidate);
        place.hidden = false;
        place.select();
        const said = byId("copied");
        said.hidden = false;
        said.textContent = `Point ${candidate.number}, for train behind the configuration below:`;
        // Not every browser lets a page from a disk do so; the text is selected in any case, and below a long table.
        const show = () => place.scrollIntoView({block: "center"});
        if (!navigator.clipboard) {
            show();
            return;
        }
        navigator.clipboard.writeText(place.value).then(
            () => {
                said.textContent = `Copied: point ${candidate.number}, for train behind the configuration below:`;
                button.textContent = "Copied";
            },
            show);
    }

    byId("all").addEventListener("click", () => {
        [...brushes.keys()].forEach(axis => axis.clear());
        brushes.clear();
        select();
    });
    drawParallel();
    drawBest();
    drawCurves();
    drawKeys();
    drawLeaders();
    select();
})();
