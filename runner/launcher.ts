import { Socket } from 'node:net'

/** Calls back when the other end of a pipe, given by its file descriptor, is closed. Watching it does not keep the process alive. */
export function whenClosed(fd: number, callback: () => void): void {
  const pipe = new Socket({ fd, readable: true, writable: false })
  pipe.on('error', () => pipe.destroy())
  pipe.once('close', callback)
  pipe.resume().unref()
}
