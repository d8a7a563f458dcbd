"""The screens: disposable views of a profile, one file a step."""
