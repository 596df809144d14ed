using CriSharp.Daemon.CommandLine;
using CriSharp.Linux.Processes;

NativeHeap.TryKeepSmall();
return await CommandTree.RunAsync(args);
