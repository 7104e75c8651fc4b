// As much of a browser as a sweep's page asks for.
class Element {
    constructor(name) {
        this.name = name;
        this.children = [];
        this.attributes = {};
        this.listeners = {};
        this.classes = new Set();
        this.hidden = false;
        this.textContent = "";
        const classes = this.classes;
        this.classList = {
            add: name => classes.add(name),
            remove: name => classes.delete(name),
            toggle: (name, on) => on ? classes.add(name) : classes.delete(name),
        };
    }

    setAttribute(name, value) {
        this.attributes[name] = String(value);
        if (name === "class") {
            String(value).split(" ").forEach(each => this.classes.add(each));
        }
    }

    append(child) {
        this.children.push(child);
    }

    replaceChildren() {
        this.children = [];
    }

    addEventListener(type, listener) {
        this.listeners[type] = listener;
    }

    getBoundingClientRect() {
        return {top: 0, height: Number(this.attributes.viewBox.split(" ")[3])};
    }

    setPointerCapture() {}

    select() {}

    scrollIntoView() {
        this.scrolledTo = true;
    }

    get childNodes() {
        return this.children;
    }

    /** All below it with this name or class. */
    all(name) {
        return this.children.flatMap(child =>
            [...child.name === name || child.classes.has(name) ? [child] : [], ...child.all(name)]);
    }

    texts() {
        return this.children.map(child => child.textContent);
    }
}

const places = {};
const byId = id => places[id] ??= new Element(id);
globalThis.document = {
    getElementById: byId,
    createElement: name => new Element(name),
    createElementNS: (space, name) => new Element(name),
};
const clipboard = [];
Object.defineProperty(globalThis, "navigator", {
    configurable: true,
    value: {clipboard: {writeText: async text => clipboard.push(text)}},
});
const rows = () => byId("leaders").all("tbody")[0].children;
const count = (id, name) => byId(id).all(name).length;
const say = (...words) => console.log(words.join(" | "));
