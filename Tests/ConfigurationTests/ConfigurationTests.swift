import Configuration
import Testing

@Suite struct ConfigurationTests {
}
