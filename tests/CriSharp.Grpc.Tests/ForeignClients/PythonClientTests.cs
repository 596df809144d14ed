using CriSharp.Grpc.Tests.Probe;

namespace CriSharp.Grpc.Tests.ForeignClients;

public sealed class PythonClientTests(ProbeServer server) : ForeignClientScenarios(server, "python")
{
    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task Scenario_WhenRunByGrpcio_EndsAsItShould(string scenario) => RunScenarioAsync(scenario);
}
