import { Socket } from 'node:net'

/** Calls back once the other end of a pipe, given by its file descriptor, is closed; watching it keeps no process alive. */
export function whenClosed(fd: number, callback: () => void): void {
  const pipe = new Socket({ fd, readable: true, writable: false })
  pipe.on('error', () => pipe.destroy())
  pipe.once('close', callback)
  pipe.resume().unref()
}
