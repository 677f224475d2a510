"""What a run works on and does: project, manifests, plan, approval, calls."""
