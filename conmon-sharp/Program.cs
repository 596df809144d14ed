using System.Text;
using ConmonSharp;
using CriSharp.Linux.Namespaces;
using CriSharp.Linux.Polling;
using CriSharp.MonitorProtocol;
using Microsoft.Win32.SafeHandles;

if (NamespaceHolder.IsAsked(args))
{
    return NamespaceHolder.Run(args);
}

if (PauseProcess.IsAsked(args))
{
    return PauseProcess.Run();
}

try
{
    using var monitor = new ContainerMonitor(MonitorArguments.Parse(args));
    return monitor.Run();
}
catch (FormatException wrong)
{
    using var stderr = new SafeFileHandle(2, ownsHandle: false);
    _ = DescriptorTransfer.Write(stderr, Encoding.UTF8.GetBytes($"conmon-sharp: {wrong.Message}\n"));
    return 2;
}
