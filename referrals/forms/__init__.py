"""The forms: shape and wording of what people type. Rules live in the actions, which answer with a DomainError."""
