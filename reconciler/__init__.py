"""Session types as code: YAML manifests in git, a plan that shows what would change, an apply that does exactly that.

The four stages are public functions, each callable alone:

- `reconciler.manifests.load_manifests` reads manifests into desired session types,
- `reconciler.plan.make_plan` compares them with a registry's snapshot,
- `reconciler.render` turns a plan document into text,
- `reconciler.apply.execute` carries a plan out on a registry.
"""

__version__ = "0.1.0"
