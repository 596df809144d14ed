using CriSharp.Cri.V1;
using CriSharp.Pods.Exec;
using CriSharp.Streaming.Sessions;
using Grpc.Core;

namespace CriSharp.Daemon.Services;

/// <summary>Checks what is asked for, and answers where the streaming server will do it.</summary>
internal sealed partial class RuntimeService
{
    public override Task<ExecResponse> Exec(ExecRequest request, ServerCallContext context)
    {
        var id = pods.StreamedExec.Check(new StreamedExecOrder(request.ContainerId, request.Cmd, request.Tty, request.Stdin, request.Stdout, request.Stderr));
        var ticket = new ExecTicket(id, [.. request.Cmd], request.Tty, request.Stdin, request.Stdout, request.Stderr);
        return Task.FromResult(new ExecResponse { Url = streaming.UrlOf(ticket) });
    }

    public override Task<AttachResponse> Attach(AttachRequest request, ServerCallContext context)
    {
        var id = pods.AttachContainer.Check(new AttachOrder(request.ContainerId, request.Tty, request.Stdin, request.Stdout, request.Stderr));
        var ticket = new AttachTicket(id, request.Tty, request.Stdin, request.Stdout, request.Stderr);
        return Task.FromResult(new AttachResponse { Url = streaming.UrlOf(ticket) });
    }

    public override Task<PortForwardResponse> PortForward(PortForwardRequest request, ServerCallContext context)
    {
        var id = pods.ConnectToPort.Check(request.PodSandboxId, request.Port);
        return Task.FromResult(new PortForwardResponse { Url = streaming.UrlOf(new PortForwardTicket(id, [.. request.Port])) });
    }
}
