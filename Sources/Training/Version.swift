/// The version of this package.
public let mishVersion = "0.1.0"
