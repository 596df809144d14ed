using CriSharp.Grpc.Tests.Probe;

namespace CriSharp.Grpc.Tests.ForeignClients;

public sealed class JavaScriptClientTests(ProbeServer server) : ForeignClientScenarios(server, "javascript")
{
    [NodeTheory]
    [MemberData(nameof(Scenarios))]
    public Task Scenario_WhenRunByGrpcJs_EndsAsItShould(string scenario) => RunScenarioAsync(scenario);
}
