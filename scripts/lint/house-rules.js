/**
 * Rules of this repository that the linter cannot express by itself; it loads them as `holdfast/NAME`.
 * Plain JavaScript, because an editor may run the linter on a Node that does not read TypeScript.
 */
const noCurrentDate = {
  meta: { type: "problem" },
  create(context) {
    return {
      NewExpression(node) {
        if (node.callee.type !== "Identifier" || node.callee.name !== "Date" || node.arguments.length > 0)
          return;
        context.report({
          node,
          message: "`new Date()` reads the machine's clock. Use the kernel's: clock.now().",
        });
      },
    };
  },
};

export default {
  meta: { name: "holdfast" },
  rules: { "no-current-date": noCurrentDate },
};
