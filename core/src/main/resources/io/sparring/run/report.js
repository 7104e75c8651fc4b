(() => {
    "use strict";

    const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
    const COLOURS = 6;

    const charts = JSON.parse(document.getElementById("charts").textContent);
    const places = document.querySelectorAll(".plot");

    function longest(labels) {
        return Math.max(0, ...labels.map(label => label.length));
    }

    /** The series' point nearest to the cursor: another series' x's are no points of this one. */
    function nearest(u, series, hovered, x) {
        const xs = u.data[0];
        const ys = u.data[series];
        if (series === 0 || ys[hovered] != null) {
            return hovered;
        }
        let before = hovered;
        let after = hovered;
        while (before >= 0 && ys[before] == null) {
            before--;
        }
        while (after < xs.length && ys[after] == null) {
            after++;
        }
        if (before < 0) {
            return after < xs.length ? after : null;
        }
        return after < xs.length && xs[after] - x < x - xs[before] ? after : before;
    }

    function last(values) {
        return values.findLast(value => value != null);
    }

    /** Dashes and gaps of a curve's line. Every six curves another pattern, so that no two look alike. */
    function dashes(i) {
        const pattern = Math.floor(i / COLOURS);
        return [[], [8, 4], [2, 3]][pattern] || [8, 4, ...Array(pattern - 2).fill([2, 4]).flat()];
    }

    /** The same line in the legend, as a background. */
    function mark(colour, pattern) {
        let at = 0;
        const stops = pattern.map((length, i) =>
            (i % 2 === 0 ? colour : "transparent") + " " + at + "px " + (at += length) + "px");
        return stops.length === 0 ? colour : "repeating-linear-gradient(90deg, " + stops.join(", ") + ")";
    }

    /** The lowest and the highest of what is to be seen of the bands; nothing where there is none. */
    function reach(u, chart) {
        const {min, max} = u.series[0];
        let seen = [];
        chart.series.forEach((series, i) => series.low && u.series[i + 1].show && series.x.forEach((x, j) => {
            if (x >= min && x <= max) {
                seen = [Math.min(series.low[j], ...seen.slice(0, 1)), Math.max(series.high[j], ...seen.slice(1))];
            }
        }));
        return seen;
    }

    /** A path within the axes. */
    function drawInside({ctx, bbox}, trace) {
        ctx.save();
        ctx.beginPath();
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
        ctx.clip();
        ctx.beginPath();
        trace(ctx);
        ctx.restore();
    }

    /** What lies under the line of several runs. */
    function drawBand(u, series, colour, alpha) {
        drawInside(u, ctx => {
            const edge = (x, y) => ctx.lineTo(u.valToPos(x, "x", true), u.valToPos(y, "y", true));
            series.x.forEach((x, i) => edge(x, series.high[i]));
            series.x.toReversed().forEach((x, i) => edge(x, series.low.at(-1 - i)));
            ctx.globalAlpha = 0.18 * alpha;
            ctx.fillStyle = colour;
            ctx.fill();
        });
    }

    /** A band at x, for the legend. */
    function range(series, x) {
        const at = series.x.indexOf(x);
        return at < 0 ? "" : " (" + number(series.low[at]) + " to " + number(series.high[at]) + ")";
    }

    /** The bold line of a pale curve. */
    function drawMeans(u, means, colour, pattern) {
        drawInside(u, ctx => {
            ctx.strokeStyle = colour;
            ctx.lineWidth = 2 * uPlot.pxRatio;
            ctx.lineJoin = "round";
            ctx.setLineDash(pattern.map(length => length * uPlot.pxRatio));
            let gap = true;
            means.y.forEach((y, i) => {
                if (y != null) {
                    const point = [u.valToPos(means.x[i], "x", true), u.valToPos(y, "y", true)];
                    gap ? ctx.moveTo(...point) : ctx.lineTo(...point);
                }
                gap = y == null;
            });
            ctx.stroke();
        });
    }

    /** The mean at x: of the run of points whose middle is nearest. */
    function meanAt(means, x) {
        let best = 0;
        means.x.forEach((middle, i) => {
            best = Math.abs(middle - x) < Math.abs(means.x[best] - x) ? i : best;
        });
        return means.y[best];
    }

    function drawThreshold(u, threshold, style) {
        const {ctx, bbox} = u;
        const y = Math.round(u.valToPos(threshold.value, "y", true));
        if (y < bbox.top || y > bbox.top + bbox.height) {
            return;
        }
        const scale = uPlot.pxRatio;
        ctx.save();
        ctx.strokeStyle = ctx.fillStyle = style("--threshold");
        ctx.lineWidth = scale;
        ctx.setLineDash([6 * scale, 4 * scale]);
        ctx.beginPath();
        ctx.moveTo(bbox.left, y);
        ctx.lineTo(bbox.left + bbox.width, y);
        ctx.stroke();
        ctx.font = FONT.replace("12px", 12 * scale + "px");
        ctx.textAlign = "left";
        ctx.textBaseline = "bottom";
        // A halo, so that the words stay readable on the curves.
        ctx.setLineDash([]);
        ctx.lineJoin = "round";
        ctx.lineWidth = 4 * scale;
        ctx.strokeStyle = style("--card");
        const words = threshold.name + " " + number(threshold.value);
        ctx.strokeText(words, bbox.left + 6 * scale, y - 3 * scale);
        ctx.fillText(words, bbox.left + 6 * scale, y - 3 * scale);
        ctx.restore();
    }

    function spread(values) {
        return uPlot.rangeNum(Math.min(...values), Math.max(...values), 0.1, true);
    }

    function height(chart, width) {
        return chart === charts[0] && width > 600 ? 340 : 220;
    }

    function draw(chart, place) {
        const data = uPlot.join(chart.series.map(series => [series.x, series.y]));
        const colours = getComputedStyle(document.documentElement);
        const style = name => colours.getPropertyValue(name).trim();
        const axis = {
            font: FONT,
            stroke: style("--quiet"),
            grid: {stroke: style("--grid"), width: 1},
            ticks: {stroke: style("--grid"), width: 1, size: 5},
            values: (u, values) => ticks(values),
        };
        const colour = i => style("--series-" + i % COLOURS);
        const level = chart.threshold ? [chart.threshold.value] : [];
        const many = chart.series.length > COLOURS;
        place.classList.toggle("many", many);
        return new uPlot({
            width: place.clientWidth,
            height: height(chart, place.clientWidth),
            padding: [8, null, null, null],
            scales: {
                x: {time: false},
                y: {range: (u, min, max) => min == null
                    ? [0, 1]
                    : spread([min, max, ...level, ...reach(u, chart)])},
            },
            axes: [
                {...axis, label: chart.xLabel, labelFont: FONT, labelSize: 18, size: 32, space: 70},
                // As wide as its longest label, at 7 pixels a character, and the tick beside it.
                {...axis, size: (u, labels) => Math.max(54, 10 + 7 * longest(labels || [])), space: 40},
            ],
            series: [
                {
                    label: chart.xLabel,
                    value: (u, x, series, index) => index == null
                        ? last(data[0]).toLocaleString("en-US")
                        : x.toLocaleString("en-US"),
                },
                ...chart.series.map((series, i) => ({
                    label: series.name,
                    stroke: colour(i) + (series.means ? "55" : ""),
                    width: series.means ? 1 : 2,
                    dash: series.means ? [] : dashes(i),
                    points: {size: 5, fill: colour(i)},
                    // Without a cursor the legend shows where the run ended.
                    value: (u, y, index, at) => number(at == null ? last(series.y) : y) + (series.means
                        ? " (mean " + number(meanAt(series.means, at == null ? last(series.x) : data[0][at])) + ")"
                        : series.low ? range(series, at == null ? last(series.x) : data[0][at]) : ""),
                })),
            ],
            cursor: {
                y: false,
                dataIdx: nearest,
                // Steps are no seconds: charts go together where they count the same.
                sync: {key: chart.xLabel, setSeries: false, scales: ["x", null]},
                points: {size: 7},
                // Of many curves the one at the cursor, or whose name it is at, stands out.
                focus: {prox: many ? 16 : -1},
            },
            focus: {alpha: 0.2},
            legend: {markers: {width: 0, fill: (u, i) => mark(colour(i - 1), dashes(i - 1))}},
            hooks: {
                drawAxes: [u => chart.series.forEach((series, i) =>
                    series.low && u.series[i + 1].show && drawBand(u, series, colour(i), u.series[i + 1].alpha))],
                drawSeries: [(u, i) => {
                    const {means} = chart.series[i - 1];
                    means && drawMeans(u, means, colour(i - 1), dashes(i - 1));
                }],
                draw: chart.threshold ? [u => drawThreshold(u, chart.threshold, style)] : [],
            },
        }, data, place);
    }

    function drawAll() {
        return charts.map((chart, i) => {
            if (chart.series.every(series => last(series.y) == null)) {
                places[i].textContent = "Nothing was recorded.";
                places[i].classList.add("nothing");
                return null;
            }
            return draw(chart, places[i]);
        });
    }

    let plots = drawAll();

    // The header is as wide as the page and, unlike the charts' own places, keeps its size while they are redrawn.
    new ResizeObserver(() => plots.forEach((plot, i) => {
        const width = places[i].clientWidth;
        if (plot && plot.width !== width) {
            plot.setSize({width, height: height(charts[i], width)});
        }
    })).observe(document.querySelector("header"));

    // A canvas keeps the colours it was drawn with.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
        plots.forEach(plot => plot && plot.destroy());
        plots = drawAll();
    });
})();
