"use strict";

/** A number for the legend, in four digits: 0.01234, 12.34, 1,234, 12.3k, 1.234M. */
function number(value) {
    if (value == null) {
        return "–";
    }
    const size = Math.abs(value);
    if (size >= 1e15 || size > 0 && size < 1e-3) {
        return value.toExponential(2);
    }
    for (const [unit, letter] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
        if (size >= unit) {
            return Number((value / (letter === "k" ? 1e3 : unit)).toPrecision(4)) + letter;
        }
    }
    return Number(value.toPrecision(4)).toLocaleString("en-US", {maximumFractionDigits: 6});
}

/** Values in six digits, or in as many as it takes to tell neighbours apart. */
function apart(values, digits = 6) {
    const rounded = values.map(value => Number(value.toPrecision(digits)));
    return digits < 17 && new Set(rounded).size < new Set(values).size ? apart(values, digits + 1) : rounded;
}

/** Ticks of one axis: one unit and as many decimals for all of them. */
function ticks(values) {
    const largest = Math.max(...values.map(Math.abs));
    if (largest >= 1e15 || largest > 0 && largest < 1e-3) {
        const short = apart(values, 4);
        const digits = Math.max(...short.map(value =>
            value.toExponential().replace(/[-.]|e.*/g, "").length));
        return short.map(value => value === 0 ? "0" : value.toExponential(digits - 1));
    }
    const [unit, letter] = [[1e9, "G"], [1e6, "M"], [1e4, "k"]].find(([least]) => largest >= least) || [1, ""];
    const short = apart(values.map(value => value / (letter === "k" ? 1e3 : unit)));
    const decimals = Math.max(0, ...short.map(value => (String(value).split(".")[1] || "").length));
    return short.map(value => value === 0 ? "0" : value.toFixed(decimals) + letter);
}

