// The module QueryLanguage.
